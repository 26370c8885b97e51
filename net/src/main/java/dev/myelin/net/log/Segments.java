package dev.myelin.net.log;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The segments of a log in order; the last is the one being written.
///
/// Changed by one thread at a time, asked by any.
class Segments {
  private volatile List<Segment> all;

  Segments(List<Segment> all) {
    this.all = List.copyOf(all);
  }

  List<Segment> all() {
    return all;
  }

  Segment active() {
    return all.getLast();
  }

  /// Returns the offset of the oldest record that is kept; 0 if there never was one.
  long oldest() {
    List<Segment> now = all;
    return now.isEmpty() ? 0 : now.getFirst().base();
  }

  void replace(List<Segment> found) {
    all = List.copyOf(found);
  }

  /// Finds out what somebody else did to the files; of the own log nobody else does.
  void look() throws IOException {}

  void add(Segment fresh) {
    List<Segment> more = new ArrayList<>(all);
    more.add(fresh);
    all = List.copyOf(more);
  }

  /// Returns the segment in which that offset is, or is missing; null if it is older than all.
  @Nullable Segment holding(long offset) {
    List<Segment> now = all;
    int low = 0;
    int high = now.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (now.get(middle).base() <= offset) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return high < 0 ? null : now.get(high);
  }

  /// Returns the offset at which a reader begins.
  ///
  /// @param next the offset behind the newest record
  /// @throws IllegalArgumentException if the start is an offset behind that
  long first(Start start, long next) throws IOException {
    return switch (start) {
      case Start.Oldest() -> oldest();
      case Start.End() -> next;
      case Start.Offset(long offset) -> {
        if (offset > next) {
          throw new IllegalArgumentException(
              "offset: " + offset + " (expected: 0 to " + next + ", the end of the log)");
        }
        yield offset;
      }
      case Start.Time(Instant time) -> Math.min(atTime(Times.nanos(time), next), next);
    };
  }

  /// Returns the offset of the first record at that time or later; the last segment's end is for
  /// the caller to know.
  ///
  /// @param end what to return if all records are older
  long atTime(long time, long end) throws IOException {
    List<Segment> now = all;
    for (int i = now.size() - 1; i >= 0; i--) {
      Segment segment = now.get(i);
      long behind = i + 1 < now.size() ? now.get(i + 1).base() : end;
      try {
        SparseIndex index = segment.index();
        if (index.firstTime(Long.MAX_VALUE) < time) {
          return index.lastTime() < time ? behind : search(segment, index, time, behind);
        }
      } catch (LogException.Corrupt | NoSuchFileException e) {
        // it can be read no more; what is older may be
      }
    }
    return oldest();
  }

  private static long search(Segment segment, SparseIndex index, long time, long behind)
      throws IOException {
    try (SegmentInput input = segment.open()) {
      long position = index.floorOfTime(time);
      while (position >= 0 && position < input.size()) {
        RecordHead head = input.head(position);
        if (head != null && head.time() >= time) {
          return Math.min(head.offset(), behind);
        }
        position = head == null ? input.search(position + 1, 0) : position + head.length();
      }
      return behind;
    }
  }

  /// Deletes the oldest segments for as long as there is more than shall be kept.
  void retain(Retention retention, Instant now) throws IOException {
    long bytes = all.stream().mapToLong(Segment::bytes).sum();
    while (all.size() > 1 && (bytes > retention.bytes() || isOld(retention, now))) {
      Segment oldest = all.getFirst();
      all = all.subList(1, all.size());
      bytes -= oldest.bytes();
      oldest.delete();
    }
  }

  private boolean isOld(Retention retention, Instant now) throws IOException {
    if (!retention.limitsAge()) {
      return false;
    }
    long oldest = Times.nanos(now.minus(retention.age()));
    try {
      return all.getFirst().index().lastTime() < oldest;
    } catch (LogException.Corrupt | NoSuchFileException e) {
      return false; // how old it is cannot be known; its size still counts
    }
  }
}
