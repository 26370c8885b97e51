package dev.myelin.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Our own nodes, in processes of this command.
///
/// @param name how the results call it
/// @param encryption whether they encrypt, as the setting says it
record MyelinSide(String name, String encryption) implements BenchSide {
  /// What `--against` calls our own nodes with the encryption that is the default elsewhere.
  static final String TLS = "tls";

  /// In clear, as the programs that it is compared with.
  static MyelinSide plain() {
    return new MyelinSide("myelin", "plain");
  }

  static MyelinSide encrypted() {
    return new MyelinSide("myelin-tls", "tls");
  }

  @Override
  public Set<BenchCase> cases() {
    return EnumSet.copyOf(BenchCase.all(false));
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

  private List<String> args(String role, BenchCase what, long bytes, List<String> more) {
    List<String> args = new ArrayList<>(List.of("bench-node", role, what.text()));
    args.addAll(BenchSide.load(what, bytes));
    args.addAll(List.of("--encryption", encryption));
    args.addAll(more);
    return args;
  }
}
