package dev.myelin.net;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
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
  private static final int MOST_NUMBERED = 1024;

  private final Path folder;
  private final Consumer<Stored> stored;
  private final DiskRoom room;
  private final AtomicLong count = new AtomicLong();

  /// Tells our files under way from those of others in this folder; in containers, all processes
  /// may have the same number.
  private final UUID birth = UUID.randomUUID();

  /// The last number given to a file of that name, so that the next one need not look for its own
  /// from the first. Guarded by this; the names used longest ago are forgotten.
  private final Map<String, Integer> numbers =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Integer> eldest) {
          return size() > MOST_NUMBERED;
        }
      };

  Stowage(Reception.Folder reception) throws IOException {
    this(reception, DiskRoom.of(Files.createDirectories(reception.folder())));
  }

  Stowage(Reception.Folder reception, DiskRoom room) throws IOException {
    this.folder = Files.createDirectories(reception.folder());
    this.stored = reception.stored();
    this.room = room;
  }

  DiskRoom room() {
    return room;
  }

  /// Returns a path for a file under way.
  Path begin() {
    return folder.resolve(".arriving-" + birth + "-" + count.incrementAndGet() + ".part");
  }

  /// Gives a whole file its name.
  Path finish(Path part, String name, String extension) throws IOException {
    String plain = plain(name);
    String stem =
        plain.endsWith(extension) ? plain.substring(0, plain.length() - extension.length()) : plain;
    return named(part, stem, extension);
  }

  private synchronized Path named(Path part, String stem, String extension) throws IOException {
    int number = numbers.getOrDefault(stem + extension, 0);
    Path target = numbered(stem, number, extension);
    while (Files.exists(target)) {
      number++;
      target = numbered(stem, number, extension);
    }
    Files.move(part, target);
    numbers.put(stem + extension, number);
    return target;
  }

  private Path numbered(String stem, int number, String extension) {
    return folder.resolve(number == 0 ? stem + extension : stem + "-" + number + extension);
  }

  /// Tells of a whole file.
  void tell(Stored file) {
    try {
      stored.accept(file);
    } catch (RuntimeException e) {
      System.getLogger(Stowage.class.getName())
          .log(System.Logger.Level.WARNING, "nobody could be told of " + file.file(), e);
    }
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
