package dev.myelin.cli;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// What a command has instead of the process: standard streams, environment, and whether a person
/// watches.
///
/// @param out for results
/// @param err for errors, warnings and progress
/// @param in for tensors or texts from a pipe
/// @param environment the environment variables
/// @param outIsTerminal whether a person reads `out`
/// @param errIsTerminal whether a person reads `err`
record Shell(
    PrintStream out,
    PrintStream err,
    InputStream in,
    Map<String, String> environment,
    boolean outIsTerminal,
    boolean errIsTerminal) {

  /// Returns the shell of this process.
  static Shell system() {
    return new Shell(
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8),
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
        System.in,
        System.getenv(),
        isTerminal(1),
        isTerminal(2));
  }

  /// Returns whether a person types what is read from `in`.
  @SuppressWarnings("ReferenceEquality") // The very stream of the process, not one like it.
  boolean inIsTerminal() {
    return in == System.in && isTerminal(0);
  }

  /// Returns the value of an environment variable; empty if it is unset or blank.
  Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
  }

  /// Returns how many characters fit on a line of the terminal.
  int columns() {
    return variable("COLUMNS").flatMap(Shell::number).orElse(100);
  }

  private static Optional<Integer> number(String text) {
    try {
      return Optional.of(Integer.parseInt(text.strip()));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  // Linux tells by a link; elsewhere the JDK tells for input and output together only.
  @SuppressWarnings("SystemConsoleNull") // the JDK may still be told to have none
  private static boolean isTerminal(int descriptor) {
    Path link = Path.of("/proc/self/fd/" + descriptor);
    try {
      String target = Files.readSymbolicLink(link).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException | UnsupportedOperationException e) {
      Console console = System.console();
      return console != null && console.isTerminal();
    }
  }
}
