package dev.myelin.cli;

import org.jspecify.annotations.Nullable;

/// Ends a command with an exit code and one line for people.
final class CommandException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final int exitCode;

  CommandException(int exitCode, String message) {
    this(exitCode, message, null);
  }

  CommandException(int exitCode, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  int exitCode() {
    return exitCode;
  }
}
