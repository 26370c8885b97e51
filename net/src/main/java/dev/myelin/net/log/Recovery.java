package dev.myelin.net.log;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// What is found of a log when it is opened, after its torn end was cut off.
final class Recovery {
  private static final String DAMAGED_SUFFIX = ".damaged";

  private final Path folder;
  private final Storage storage;
  private final List<Segment> segments = new ArrayList<>();
  private long next;
  private int salt;
  private long cutBytes;

  private Recovery(Path folder, Storage storage) {
    this.folder = folder;
    this.storage = storage;
  }

  /// Looks at every byte of the last segment, and at the names of the others.
  static Recovery of(Path folder, Storage storage) throws IOException {
    Recovery recovery = new Recovery(folder, storage);
    recovery.list();
    while (!recovery.segments.isEmpty() && !recovery.endsWell()) {
      recovery.dropLast();
    }
    return recovery;
  }

  private void list() throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + Segment.SUFFIX)) {
      for (Path file : files) {
        long base = Segment.base(file);
        if (base >= 0) {
          segments.add(new Segment(file, base, Files.size(file), storage));
        }
      }
    }
    segments.sort(Comparator.comparingLong(Segment::base));
  }

  /// Cuts the torn end of the last segment; returns false if not even its head is good.
  private boolean endsWell() throws IOException {
    Segment last = segments.getLast();
    SegmentScan scan;
    try (SegmentInput input = last.open()) {
      salt = input.salt();
      scan = SegmentScan.of(input, last.base(), SegmentScan.Depth.BODIES);
    } catch (LogException.Corrupt e) {
      return false;
    }
    scan.cutTornEnd();
    if (scan.end() < last.bytes()) {
      cut(last, scan.end());
    }
    last.adopt(scan.index());
    next = scan.next();
    return true;
  }

  private void cut(Segment last, long end) throws IOException {
    long torn = last.bytes() - end;
    try (LogFile file = LogFile.open(storage, last.path())) {
      file.truncate(end);
    }
    cutBytes += torn;
    last.grow(end);
    System.getLogger(Recovery.class.getName())
        .log(
            System.Logger.Level.WARNING,
            "{0}: cut a torn end of {1} bytes at byte {2}",
            last,
            torn,
            end);
  }

  /// Does without the last segment: it was not made whole, or if it holds more than a head, is set
  /// aside.
  private void dropLast() throws IOException {
    Segment last = segments.removeLast();
    cutBytes += last.bytes();
    next = last.base();
    if (last.bytes() <= SegmentHead.BYTES) {
      last.delete();
      return;
    }
    Path aside = last.path().resolveSibling(last.path().getFileName() + DAMAGED_SUFFIX);
    Files.move(last.path(), aside);
    last.delete();
    System.getLogger(Recovery.class.getName())
        .log(
            System.Logger.Level.WARNING,
            "{0}: the head is damaged; {1} bytes are kept as {2}",
            last,
            last.bytes(),
            aside.getFileName());
  }

  /// Returns the segments that are left, in order.
  List<Segment> segments() {
    return segments;
  }

  /// Returns the offset that the next record gets.
  long next() {
    return next;
  }

  /// Returns the salt of the last segment.
  int salt() {
    return salt;
  }

  /// Returns how many bytes were cut off.
  long cutBytes() {
    return cutBytes;
  }

  /// Returns the time of the newest record that can be read.
  long lastTime() throws IOException {
    for (Segment segment : segments.reversed()) {
      try {
        long last = segment.index().lastTime();
        if (last > Long.MIN_VALUE) {
          return last;
        }
      } catch (LogException.Corrupt e) {
        // what it holds does not count
      }
    }
    return Long.MIN_VALUE;
  }
}
