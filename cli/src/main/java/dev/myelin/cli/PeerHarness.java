package dev.myelin.cli;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// The harness of the source tree, which measures us beside peers that this command does not ship;
/// Maven fetches them and builds it on first use.
final class PeerHarness {
  /// What can be measured beside us; `EndToEnd --list` tells more of each.
  static final List<String> NAMES =
      List.of(
          "jeromq",
          "grpc",
          "grpc-zero-copy",
          "flight",
          "aeron-ipc",
          "aeron-udp",
          "java-nio",
          "java-tls-conscrypt",
          "java-tls-jdk",
          "c-tcp",
          "c-tcp-batched",
          "c-unix",
          "memcpy",
          "libzmq",
          "ucx-tcp",
          "ucx-shm");

  /// Set by the launcher: the source tree that this command was built from.
  private static final String HOME = "myelin.home";

  private static final String MAIN = "dev.myelin.bench.endtoend.EndToEnd";
  private static final List<String> MODULES = List.of("tensor", "wire", "net", "bench");
  private static final int LINES = 12;

  private final RootCommand root;
  private final Path home;

  private PeerHarness(RootCommand root, Path home) {
    this.root = root;
    this.home = home;
  }

  /// Returns the harness.
  ///
  /// @throws CommandException if this command was not started from a source tree
  static PeerHarness of(RootCommand root, String home) {
    Path folder = Path.of(home);
    if (home.isEmpty() || !Files.exists(folder.resolve("bench/pom.xml"))) {
      throw new CommandException(
          ExitCodes.UNAVAILABLE,
          "--against: peers are not shipped with this command; measure them from the source tree:"
              + " ./myelin bench --against NAME");
    }
    return new PeerHarness(root, folder);
  }

  /// Returns where the launcher found the source tree; empty without it.
  static String home() {
    return System.getProperty(HOME, "");
  }

  /// Builds what has changed, and measures.
  ///
  /// @param cases such as `one-way:1m`
  int run(List<String> cases, List<String> against, int rounds)
      throws IOException, InterruptedException {
    Path classPath = home.resolve("bench/target/class-path");
    if (!fresh(classPath)) {
      build(classPath);
    }
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                home.resolve("bench/target/classes")
                    + File.pathSeparator
                    + Files.readString(classPath).strip(),
                MAIN,
                "--home",
                home.toString(),
                "--designs",
                "myelin,myelin-clear,myelin-tls,myelin-connection," + String.join(",", against),
                "--cases",
                String.join(",", cases),
                "--rounds",
                Integer.toString(rounds)));
    if (root.json()) {
      command.add("--json");
    }
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        root.print(line);
      }
      return process.waitFor() == 0 ? ExitCodes.OK : ExitCodes.SOFTWARE;
    } finally {
      process.destroy();
    }
  }

  private boolean fresh(Path classPath) throws IOException {
    if (!Files.exists(classPath)) {
      return false;
    }
    FileTime built = Files.getLastModifiedTime(classPath);
    List<Path> sources = new ArrayList<>(List.of(home.resolve("pom.xml")));
    for (String module : MODULES) {
      sources.add(home.resolve(module).resolve("pom.xml"));
      try (Stream<Path> files = Files.walk(home.resolve(module).resolve("src/main"))) {
        files.forEach(sources::add);
      }
    }
    return sources.stream().noneMatch(file -> modified(file).compareTo(built) > 0);
  }

  private static FileTime modified(Path file) {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void build(Path classPath) throws IOException, InterruptedException {
    Path log = Files.createDirectories(classPath.getParent()).resolve("harness.log");
    root.shell().err().println("building the harness and fetching the peers (log: " + log + ")");
    List<String> command =
        List.of(
            "mvn",
            "-B",
            "-Pfast",
            "-pl",
            "bench",
            "-am",
            "package",
            "dependency:build-classpath",
            "-Dmdep.outputFile=" + classPath);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(home.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    int result;
    try {
      result = builder.start().waitFor();
    } catch (IOException e) {
      throw new CommandException(
          ExitCodes.UNAVAILABLE, "--against: mvn is not in the PATH (expected: Maven, to build)");
    }
    if (result != 0) {
      Files.deleteIfExists(classPath);
      throw failed(log);
    }
  }

  private static CommandException failed(Path log) throws IOException {
    List<String> errors =
        Files.readAllLines(log).stream()
            .filter(line -> line.contains("ERROR"))
            .limit(LINES)
            .toList();
    boolean offline =
        errors.stream()
            .anyMatch(
                line ->
                    line.contains("Could not transfer")
                        || line.contains("Could not resolve")
                        || line.contains("offline"));
    String what =
        offline
            ? "--against: the peers' libraries could not be fetched (expected: a connection to"
                + " Maven's repository on first use)"
            : "--against: the harness could not be built";
    return new CommandException(
        offline ? ExitCodes.UNAVAILABLE : ExitCodes.SOFTWARE,
        what + "; all of it: " + log + "\n" + String.join("\n", errors));
  }
}
