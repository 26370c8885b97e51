package dev.myelin.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;

/// The plain C program over blocking sockets, compiled on first use.
final class CSide implements BenchSide {
  /// The name on the command line.
  static final String NAME = "c-tcp";

  private static final String SOURCE = "/dev/myelin/cli/tcp.c";
  private static final long COMPILE_SECONDS = 60;

  private final Path program;

  private CSide(Path program) {
    this.program = program;
  }

  /// Returns the side, compiling it if it is not in the cache.
  static CSide of(Shell shell) throws IOException, InterruptedException {
    byte[] source = source();
    CRC32 crc = new CRC32();
    crc.update(source);
    Path cache = cacheFolder(shell);
    Path program = cache.resolve("c-tcp-" + Long.toHexString(crc.getValue()));
    if (!Files.isExecutable(program)) {
      Files.createDirectories(cache);
      compile(source, program);
    }
    return new CSide(program);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Set<BenchCase> cases() {
    return EnumSet.of(BenchCase.ONE_WAY, BenchCase.ROUND_TRIP, BenchCase.SMALL);
  }

  @Override
  public ChildProcess server(BenchCase what, long bytes, Map<String, String> environment)
      throws IOException {
    return start("server", what, bytes, List.of());
  }

  @Override
  public ChildProcess client(BenchCase what, long bytes, int port, Map<String, String> environment)
      throws IOException {
    return start("client", what, bytes, List.of("--port", Integer.toString(port)));
  }

  private ChildProcess start(String role, BenchCase what, long bytes, List<String> more)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(program.toString(), role, what.text()));
    command.addAll(BenchSide.load(what, bytes));
    command.addAll(more);
    return ChildProcess.startProgram(NAME + " " + role, command);
  }

  private static Path cacheFolder(Shell shell) {
    return shell
        .variable("XDG_CACHE_HOME")
        .map(Path::of)
        .or(() -> shell.variable("HOME").map(home -> Path.of(home, ".cache")))
        .orElse(Path.of(System.getProperty("java.io.tmpdir")))
        .resolve("myelin");
  }

  private static byte[] source() throws IOException {
    try (InputStream in = CSide.class.getResourceAsStream(SOURCE)) {
      if (in == null) {
        throw new IllegalStateException(SOURCE + " (expected: in the program's jar)");
      }
      return in.readAllBytes();
    }
  }

  private static void compile(byte[] source, Path program)
      throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory(program.getParent(), "c-");
    Path file = folder.resolve("tcp.c");
    Path made = folder.resolve("tcp");
    try {
      Files.write(file, source);
      for (String compiler : List.of("cc", "gcc", "clang")) {
        if (compiles(List.of(compiler, "-O2", "-o", made.toString(), file.toString()))) {
          Files.move(made, program, StandardCopyOption.ATOMIC_MOVE);
          return;
        }
      }
      throw new CommandException(
          ExitCodes.UNAVAILABLE,
          "--against "
              + NAME
              + ": no C compiler (expected: cc, gcc or clang in PATH); install one, or leave it"
              + " out");
    } finally {
      Files.deleteIfExists(made);
      Files.deleteIfExists(file);
      Files.deleteIfExists(folder);
    }
  }

  private static boolean compiles(List<String> command) throws IOException, InterruptedException {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      return false;
    }
    String words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(COMPILE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new CommandException(
          ExitCodes.SOFTWARE, String.join(" ", command) + ": failed: " + words.strip());
    }
    return true;
  }
}
