package dev.myelin.cli;

import dev.myelin.net.log.LogView;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// The folder of a log as it is given to a command: its last name is that of the log.
///
/// @param root the folder of logs
/// @param name the name of the log
record LogFolder(Path root, String name) {
  /// Returns the log that a folder is.
  static LogFolder of(Path folder) {
    Path whole = folder.toAbsolutePath().normalize();
    Path root = whole.getParent();
    if (root == null) {
      throw new CommandException(
          ExitCodes.USAGE, folder + ": names no log (expected: a folder such as data/events)");
    }
    return new LogFolder(root, String.valueOf(whole.getFileName()));
  }

  /// Opens a look at it, whoever has it open.
  LogView view() throws IOException {
    try {
      return LogView.open(root, name);
    } catch (NoSuchFileException e) {
      throw new CommandException(
          ExitCodes.NO_INPUT,
          root.resolve(name) + ": holds no log (expected: one that 'pub --log' made)",
          e);
    }
  }
}
