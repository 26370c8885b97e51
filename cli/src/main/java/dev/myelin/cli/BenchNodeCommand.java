package dev.myelin.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// One process of a measurement; speaks as the C program does.
@Command(name = "bench-node", hidden = true, header = "One process of a measurement.")
final class BenchNodeCommand implements Callable<Integer> {
  private final RootCommand root;

  @Parameters(index = "0", paramLabel = "server|client")
  private String role = "server";

  @Parameters(index = "1", paramLabel = "CASE", converter = BenchCommand.CaseConverter.class)
  private BenchCase what = BenchCase.ONE_WAY;

  @Option(names = "--total")
  private long total = 256L << 20;

  @Option(names = "--repeat")
  private int repeat = 4;

  @Option(names = "--warmup")
  private int warmup = 1;

  @Option(names = "--bytes")
  private long bytes = 64;

  @Option(names = "--count")
  private int count = 20_000;

  @Mixin private final NodeOptions options = NodeOptions.measuring();

  BenchNodeCommand(RootCommand root) {
    this.root = root;
  }

  /// What both processes of a measurement are told.
  record Load(long total, int repeat, int warmup, long bytes, int count) {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    Load load = new Load(total, repeat, warmup, bytes, count);
    if (what == BenchCase.DISCOVERY) {
      new BenchMeeting(root, options.announcedConfig(root), load).obey(role.equals("client"));
    } else if (role.equals("client")) {
      int port = options.settings(root.shell()).number(Setting.PORT, 1, 65_535);
      new BenchClient(root, options.loopbackConfig(root), load, port).run(what);
    } else {
      new BenchServer(root, options.loopbackConfig(root), load).run(what);
    }
    return ExitCodes.OK;
  }
}
