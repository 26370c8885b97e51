package dev.myelin.net;

import dev.myelin.wire.PeerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// The folder in which a node stores what arrives: names for files under way, and for files that
/// are whole.
///
/// Names come from peers, so only plain characters of them are kept, and nothing is ever
/// overwritten.
final class Stowage {
  private static final int MOST_NAME_CHARS = 120;
  private static final long SPARE_BYTES = 16L << 20;

  private final Path folder;
  private final Consumer<Path> stored;
  private final AtomicLong count = new AtomicLong();

  /// Tells our files under way from those of others in this folder; in containers, all processes
  /// may have the same number.
  private final UUID birth = UUID.randomUUID();

  Stowage(Reception.Folder reception) throws IOException {
    this.folder = Files.createDirectories(reception.folder());
    this.stored = reception.stored();
  }

  /// Returns a path for a file under way.
  ///
  /// @throws PeerException.Overloaded if the disk has no room for it
  Path begin(String name, long bytes) throws PeerException {
    try {
      long room = Files.getFileStore(folder).getUsableSpace();
      if (room - SPARE_BYTES < bytes) {
        throw new PeerException.Overloaded(
            "tensor "
                + name
                + ": "
                + bytes
                + " bytes (expected: <= "
                + Math.max(0, room - SPARE_BYTES)
                + " left on the receiver's disk)",
            null);
      }
    } catch (PeerException e) {
      throw e;
    } catch (IOException e) {
      throw unusable(name, e);
    }
    return folder.resolve(".arriving-" + birth + "-" + count.incrementAndGet() + ".part");
  }

  static PeerException unusable(String name, IOException cause) {
    return new PeerException.Overloaded(
        "tensor " + name + ": the receiver cannot store it: " + cause.getMessage(), cause);
  }

  /// Gives a whole file its name and tells of it.
  Path finish(Path part, String name, String extension) throws IOException {
    Path target = named(part, name, extension);
    try {
      stored.accept(target);
    } catch (RuntimeException e) {
      System.getLogger(Stowage.class.getName())
          .log(System.Logger.Level.WARNING, "nobody could be told of " + target, e);
    }
    return target;
  }

  private synchronized Path named(Path part, String name, String extension) throws IOException {
    String plain = plain(name);
    String stem =
        plain.endsWith(extension) ? plain.substring(0, plain.length() - extension.length()) : plain;
    Path target = folder.resolve(stem + extension);
    for (int i = 1; Files.exists(target); i++) {
      target = folder.resolve(stem + "-" + i + extension);
    }
    Files.move(part, target);
    return target;
  }

  /// Deletes a file that will not be whole.
  static void drop(Path part) {
    try {
      Files.deleteIfExists(part);
    } catch (IOException e) {
      System.getLogger(Stowage.class.getName())
          .log(
              System.Logger.Level.WARNING,
              "{0} is incomplete and could not be deleted: {1}",
              part,
              e.getMessage());
    }
  }

  /// Returns the name with every character replaced that means something to a file system or a
  /// shell.
  static String plain(String name) {
    String kept = name.replaceAll("[^A-Za-z0-9._-]", "_").replaceFirst("^[.-]+", "");
    String cut = kept.length() > MOST_NAME_CHARS ? kept.substring(0, MOST_NAME_CHARS) : kept;
    return cut.isEmpty() ? "tensor" : cut;
  }
}
