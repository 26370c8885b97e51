package dev.myelin.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;

/// Sends logs to standard error, warnings only unless `-v` asked for more; in code, because reading
/// XML costs start-up.
public final class QuietLogs extends ContextAwareBase implements Configurator {
  /// The system property that carries the level from the command line to here.
  static final String LEVEL = "myelin.log";

  /// Made by Logback.
  public QuietLogs() {}

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern("%d{HH:mm:ss.SSS} %-5level %logger{0} %msg%n%nopex");
    encoder.start();
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setTarget("System.err");
    appender.setEncoder(encoder);
    appender.start();
    Level level = Level.toLevel(System.getProperty(LEVEL), Level.WARN);
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(level);
    root.addAppender(appender);
    if (level.isGreaterOrEqual(Level.INFO)) {
      // jmdns warns of every interface it cannot use; the node says so once itself.
      context.getLogger("javax.jmdns").setLevel(Level.OFF);
    }
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /// Chooses the level by the number of `-v`; takes effect for loggers not made yet.
  static void verbosity(int count) {
    System.setProperty(
        LEVEL,
        switch (count) {
          case 0 -> "WARN";
          case 1 -> "INFO";
          case 2 -> "DEBUG";
          default -> "TRACE";
        });
  }
}
