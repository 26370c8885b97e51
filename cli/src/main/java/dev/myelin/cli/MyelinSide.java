package dev.myelin.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Our own nodes, in processes of this command.
final class MyelinSide implements BenchSide {
  MyelinSide() {}

  @Override
  public String name() {
    return "myelin";
  }

  @Override
  public Set<BenchCase> cases() {
    return EnumSet.allOf(BenchCase.class);
  }

  @Override
  public ChildProcess server(BenchCase what, long bytes, Map<String, String> environment)
      throws IOException {
    return ChildProcess.start("myelin server", args("server", what, bytes, List.of()), environment);
  }

  @Override
  public ChildProcess client(BenchCase what, long bytes, int port, Map<String, String> environment)
      throws IOException {
    return ChildProcess.start(
        "myelin client",
        args("client", what, bytes, List.of("--port", Integer.toString(port))),
        environment);
  }

  private static List<String> args(String role, BenchCase what, long bytes, List<String> more) {
    List<String> args = new ArrayList<>(List.of("bench-node", role, what.text()));
    args.addAll(BenchSide.load(what, bytes));
    args.addAll(more);
    return args;
  }
}
