package dev.myelin.it;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// A Python with the packages that peers need: the one that `MYELIN_PYTHON` names, the one on the
/// path if it has them, else an environment below `target`, made on first use.
final class Python {
  private static final String NEEDED = "import numpy, zmq, zmq.auth.thread";
  private static final Path FOLDER = Path.of(System.getProperty("basedir", "."));
  private static final Path SCRIPTS = FOLDER.resolve("src/test/python");
  private static final Path OWN = FOLDER.resolve("target/python");
  private static final long MINUTES = 4;

  private static String program = "";

  private Python() {}

  /// Returns the command that runs a script of ours.
  static List<String> command(String script, String... arguments)
      throws IOException, InterruptedException {
    Path file = SCRIPTS.resolve(script);
    if (!Files.isReadable(file)) {
      throw new IllegalStateException(file + " (expected: the tests run in the folder of it)");
    }
    List<String> command = new ArrayList<>(List.of(program(), "-u", file.toString()));
    command.addAll(List.of(arguments));
    return command;
  }

  /// Returns the interpreter; fails where there is none and none can be made.
  static synchronized String program() throws IOException, InterruptedException {
    if (program.isEmpty()) {
      program = find();
    }
    return program;
  }

  private static String find() throws IOException, InterruptedException {
    Optional<String> told = Optional.ofNullable(System.getenv("MYELIN_PYTHON"));
    if (told.isPresent()) {
      return told.get();
    }
    if (run("python3", "-c", NEEDED).isEmpty()) {
      return "python3";
    }
    String own = OWN.resolve("bin/python").toString();
    Files.createDirectories(OWN.getParent());
    try (FileChannel lock =
        FileChannel.open(
            OWN.resolveSibling("python.lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE)) {
      lock.lock(); // until the channel is closed: two builds make one environment
      if (!Files.isExecutable(Path.of(own)) || run(own, "-c", NEEDED).isPresent()) {
        require("python3", "-m", "venv", "--clear", OWN.toString());
        String wanted = SCRIPTS.resolve("requirements.txt").toString();
        require(own, "-m", "pip", "install", "--quiet", "--requirement", wanted);
      }
    }
    return own;
  }

  private static void require(String... command) throws IOException, InterruptedException {
    Optional<String> complaint = run(command);
    if (complaint.isPresent()) {
      throw new IllegalStateException(
          String.join(" ", command)
              + ": "
              + complaint.get()
              + " (expected: python3 with venv and pip, or MYELIN_PYTHON naming one that has "
              + "pyzmq and numpy)");
    }
  }

  /// Returns what a command complained of; empty if it ended well.
  private static Optional<String> run(String... command) throws IOException, InterruptedException {
    Path words = Files.createTempFile("myelin-python-", ".log");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(words.toFile())
              .start();
      if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        return Optional.of("did not end within " + MINUTES + " minutes");
      }
      return process.exitValue() == 0 ? Optional.empty() : Optional.of(Files.readString(words));
    } finally {
      Files.delete(words);
    }
  }
}
