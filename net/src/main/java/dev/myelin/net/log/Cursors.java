package dev.myelin.net.log;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/// The cursors of a log, each a file beside it; all open with the log.
final class Cursors {
  private final Path folder;
  private final Storage storage;
  private final Cursor.Bounds bounds;
  private final Map<String, Cursor> all = new TreeMap<>(); // guarded by this

  private Cursors(Path folder, Storage storage, Cursor.Bounds bounds) {
    this.folder = folder;
    this.storage = storage;
    this.bounds = bounds;
  }

  static Cursors open(Path folder, Storage storage, Cursor.Bounds bounds) throws IOException {
    Cursors cursors = new Cursors(folder, storage, bounds);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + Cursor.SUFFIX)) {
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        var _ = cursors.get(name.substring(0, name.length() - Cursor.SUFFIX.length()));
      }
      return cursors;
    } catch (IOException | RuntimeException e) {
      cursors.close();
      throw e;
    }
  }

  synchronized Cursor get(String name) throws IOException {
    Cursor known = all.get(name);
    if (known == null) {
      known = Cursor.open(storage, folder.resolve(name + Cursor.SUFFIX), name, bounds);
      all.put(name, known);
    }
    return known;
  }

  synchronized void forget(String name) throws IOException {
    Cursor known = all.remove(name);
    if (known != null) {
      known.close();
      Files.deleteIfExists(folder.resolve(name + Cursor.SUFFIX));
    }
  }

  synchronized Map<String, Long> positions() {
    Map<String, Long> positions = new TreeMap<>();
    all.forEach((name, cursor) -> positions.put(name, cursor.position()));
    return positions;
  }

  synchronized void close() throws IOException {
    for (Cursor cursor : all.values()) {
      cursor.close();
    }
    all.clear();
  }
}
