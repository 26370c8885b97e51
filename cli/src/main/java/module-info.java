import org.jspecify.annotations.NullMarked;

/// The command `myelin`: the only place that reads arguments, the environment and standard streams,
/// and ends the process.
@NullMarked
module dev.myelin.cli {
  requires dev.myelin.engine;
  requires dev.myelin.net;
  requires com.fasterxml.jackson.core;
  requires info.picocli;
  requires ch.qos.logback.classic;
  requires ch.qos.logback.core;
  requires jdk.management;
  requires org.slf4j;

  opens dev.myelin.cli to
      info.picocli;

  provides ch.qos.logback.classic.spi.Configurator with
      dev.myelin.cli.QuietLogs;
}
