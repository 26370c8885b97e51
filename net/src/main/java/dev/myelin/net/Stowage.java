package dev.myelin.net;

import dev.myelin.wire.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
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
  private static final int MOST_ENDING_CHARS = 16;
  private static final int MOST_NUMBERED = 1024;

  private final Path folder;
  private final Consumer<Stored> stored;
  private final DiskRoom room;
  private final Partials partials;
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

  Stowage(Reception.Folder reception, Limits.Partials limits) throws IOException {
    this(reception, limits, DiskRoom.of(Files.createDirectories(reception.folder())));
  }

  Stowage(Reception.Folder reception, Limits.Partials limits, DiskRoom room) throws IOException {
    this.folder = Files.createDirectories(reception.folder());
    this.stored = reception.stored();
    this.room = room;
    this.partials = new Partials(folder, limits, room, InstantSource.system());
  }

  /// Returns what was interrupted.
  Partials partials() {
    return partials;
  }

  DiskRoom room() {
    return room;
  }

  /// Returns a path for a file under way.
  Path begin() {
    return folder.resolve(".arriving-" + birth + "-" + count.incrementAndGet() + ".part");
  }

  /// Gives a whole file its name; made plain, and numbered before its ending if it is taken.
  Path finish(Path part, String name) throws IOException {
    String plain = plain(name);
    int dot = plain.lastIndexOf('.');
    return dot <= 0
        ? named(part, plain, "")
        : named(part, plain.substring(0, dot), plain.substring(dot));
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
  /// shell; a long one loses its middle, so that it keeps its ending.
  static String plain(String name) {
    String kept = name.replaceAll("[^A-Za-z0-9._-]", "_").replaceFirst("^[.-]+", "");
    if (kept.length() > MOST_NAME_CHARS) {
      int dot = Math.max(kept.lastIndexOf('.'), kept.length() - MOST_ENDING_CHARS);
      String ending = kept.substring(dot);
      kept = kept.substring(0, MOST_NAME_CHARS - ending.length()) + ending;
    }
    return kept.isEmpty() ? "tensor" : kept;
  }
}
