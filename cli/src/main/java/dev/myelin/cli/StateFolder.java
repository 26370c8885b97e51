package dev.myelin.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.UUID;

/// Where a node keeps what must survive it.
final class StateFolder {
  private StateFolder() {}

  /// Returns the folder: as told, else one of the user for that port, else none where the port is
  /// anyone's.
  static Optional<Path> of(Settings settings, Shell shell, int port) throws IOException {
    Optional<Path> folder =
        settings
            .given(Setting.STATE_DIR)
            .map(Path::of)
            .or(
                () ->
                    port == 0
                        ? Optional.empty()
                        : ofUser(shell).map(dir -> dir.resolve("port-" + port)));
    if (folder.isPresent()) {
      Files.createDirectories(folder.get());
    }
    return folder;
  }

  /// Returns the id a node had last time in this folder, or a fresh one that it will have next
  /// time.
  static UUID nodeId(Optional<Path> folder) throws IOException {
    if (folder.isEmpty()) {
      return UUID.randomUUID();
    }
    Path file = folder.get().resolve("node-id");
    if (Files.exists(file)) {
      String text = Files.readString(file).strip();
      try {
        return UUID.fromString(text);
      } catch (IllegalArgumentException e) {
        throw new CommandException(
            ExitCodes.CONFIG,
            file + ": '" + text + "' (expected: a UUID); delete the file to get a new id",
            e);
      }
    }
    UUID id = UUID.randomUUID();
    Files.writeString(file, id + "\n");
    return id;
  }

  /// Writes a file that only its owner may read.
  static void writePrivate(Path file, String text) throws IOException {
    if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } else {
      Files.createFile(file);
    }
    Files.writeString(file, text);
  }

  private static Optional<Path> ofUser(Shell shell) {
    return shell
        .variable("XDG_STATE_HOME")
        .map(Path::of)
        .or(() -> shell.variable("HOME").map(home -> Path.of(home, ".local", "state")))
        .map(dir -> dir.resolve("myelin"));
  }
}
