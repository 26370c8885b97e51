package dev.myelin.net.log;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The segments of a log that somebody else may be writing, as they are found.
///
/// Writes nothing. What is not whole yet at the end of the newest segment counts as not there.
final class FoundSegments extends Segments {
  private static final int ATTEMPTS = 3;

  private final Path folder;
  private final Storage storage;
  private @Nullable Segment newest; // all guarded by this
  private SparseIndex index = new SparseIndex();
  private long end;
  private long next;
  private long tornBytes;

  FoundSegments(Path folder, Storage storage) {
    super(List.of());
    this.folder = folder;
    this.storage = storage;
  }

  /// Looks which files there are now, and how far the newest one is good.
  @Override
  synchronized void look() throws IOException {
    for (int i = 1; i < ATTEMPTS; i++) {
      try {
        lookOnce();
        return;
      } catch (NoSuchFileException e) {
        // retention was faster than the look
      }
    }
    lookOnce();
  }

  private synchronized void lookOnce() throws IOException {
    List<Segment> found = list();
    long headless = dropHeadless(found);
    if (found.isEmpty()) {
      tornBytes = headless;
      return; // what was known stays: a log never loses its last segment
    }
    Segment last = found.getLast();
    if (last != newest) {
      newest = last;
      index = new SparseIndex();
      last.adopt(index);
      end = SegmentHead.BYTES;
      next = last.base();
      last.grow(end);
    }
    goOn(last);
    tornBytes = headless + Math.max(0, Files.size(last.path()) - end);
    replace(found);
  }

  private List<Segment> list() throws IOException {
    Map<Long, Segment> known = new HashMap<>();
    all().forEach(each -> known.put(each.base(), each));
    List<Segment> found = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + Segment.SUFFIX)) {
      for (Path file : files) {
        long base = Segment.base(file);
        if (base >= 0) {
          Segment before = known.get(base);
          found.add(before == null ? Segment.viewed(file, base, 0, storage) : before);
        }
      }
    }
    found.sort(Comparator.comparingLong(Segment::base));
    for (int i = 0; i < found.size() - 1; i++) {
      Segment each = found.get(i);
      if (each == newest || each.bytes() == 0) {
        found.set(i, whole(each)); // it grew since, and grows no more
      }
    }
    return found;
  }

  private Segment whole(Segment segment) throws IOException {
    try {
      return Segment.viewed(segment.path(), segment.base(), Files.size(segment.path()), storage);
    } catch (NoSuchFileException e) {
      return segment; // retention was faster; the next look misses it
    }
  }

  /// Leaves newest segments out that are not made yet, or never were; returns their bytes.
  private long dropHeadless(List<Segment> found) throws IOException {
    long bytes = 0;
    while (!found.isEmpty() && found.getLast() != newest) {
      Segment last = found.getLast();
      try {
        last.open().close();
        return bytes;
      } catch (LogException.Corrupt | NoSuchFileException e) {
        found.removeLast();
        bytes += Files.exists(last.path()) ? Files.size(last.path()) : 0;
      }
    }
    return bytes;
  }

  private void goOn(Segment last) throws IOException {
    if (Files.size(last.path()) == end) {
      return;
    }
    try (SegmentInput input = last.open()) {
      SegmentScan scan = SegmentScan.onFrom(input, end, next, index);
      scan.cutTornEnd();
      end = scan.end();
      next = scan.next();
      last.grow(end);
    }
  }

  /// Returns the offset behind the last good record.
  synchronized long next() {
    return next;
  }

  /// Returns how many bytes behind the last good record are none, or none yet.
  synchronized long tornBytes() {
    return tornBytes;
  }
}
