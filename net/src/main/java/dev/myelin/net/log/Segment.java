package dev.myelin.net.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// One file of a log: a run of records, named for the offset of the first.
final class Segment {
  static final String SUFFIX = ".log";
  private static final String INDEX_SUFFIX = ".index";
  private static final int DIGITS = 20;
  private static final long MOST_INDEX_BYTES = 1L << 30;

  private final long base;
  private final Path path;
  private final Storage storage;
  private final boolean ours;
  private volatile long bytes;
  private @Nullable SparseIndex index; // guarded by this

  Segment(Path path, long base, long bytes, Storage storage) {
    this(path, base, bytes, storage, true);
  }

  private Segment(Path path, long base, long bytes, Storage storage, boolean ours) {
    this.base = base;
    this.path = path;
    this.storage = storage;
    this.bytes = bytes;
    this.ours = ours;
  }

  /// Returns a segment of somebody else, beside which nothing is written.
  static Segment viewed(Path path, long base, long bytes, Storage storage) {
    return new Segment(path, base, bytes, storage, false);
  }

  /// Returns the path of a segment.
  static Path path(Path folder, long base) {
    return folder.resolve(String.format(Locale.ROOT, "%0" + DIGITS + "d", base) + SUFFIX);
  }

  /// Returns the offset for which a file is named; -1 if it is no segment.
  static long base(Path file) {
    String name = String.valueOf(file.getFileName());
    if (name.length() != DIGITS + SUFFIX.length() || !name.endsWith(SUFFIX)) {
      return -1;
    }
    try {
      return Long.parseLong(name.substring(0, DIGITS));
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  long base() {
    return base;
  }

  Path path() {
    return path;
  }

  /// Returns how many bytes of the file are records and the head.
  long bytes() {
    return bytes;
  }

  void grow(long newBytes) {
    bytes = newBytes;
  }

  SegmentInput open() throws IOException {
    return SegmentInput.open(storage, path, base);
  }

  /// Gives it an index that somebody else made.
  synchronized void adopt(SparseIndex made) {
    index = made;
  }

  /// Returns where records begin: as it is known, else from its file, else by reading the segment.
  ///
  /// @throws LogException.Corrupt if the head of the segment is damaged
  synchronized SparseIndex index() throws IOException {
    SparseIndex known = index;
    if (known != null) {
      return known;
    }
    try (SegmentInput input = open()) {
      SparseIndex found = load(input.salt());
      if (found == null) {
        found = SegmentScan.of(input, base, SegmentScan.Depth.HEADS).index();
        if (ours) {
          save(found, input.salt());
        }
      }
      index = found;
      return found;
    }
  }

  private @Nullable SparseIndex load(int salt) throws IOException {
    try {
      Path file = indexPath();
      boolean fits = Files.size(file) <= MOST_INDEX_BYTES;
      return fits ? SparseIndex.decode(Files.readAllBytes(file), salt, bytes) : null;
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /// Writes the file of the index. That it is not there, or not whole, does no harm.
  void save(SparseIndex made, int salt) {
    try {
      Files.write(indexPath(), made.encode(salt, bytes));
    } catch (IOException e) {
      System.getLogger(Segment.class.getName())
          .log(System.Logger.Level.DEBUG, "no index beside {0}: {1}", path, e.getMessage());
    }
  }

  /// Deletes its files.
  void delete() throws IOException {
    Files.deleteIfExists(indexPath());
    Files.deleteIfExists(path);
  }

  private Path indexPath() {
    return path.resolveSibling(Segment.path(path, base).getFileName() + INDEX_SUFFIX);
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
