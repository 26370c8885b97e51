package dev.myelin.net.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// What a walk through a segment finds.
///
/// A bad spot is a torn end if nothing vouches that it ever was on the device: no good record
/// behind it says that the file had been forced further than that. Everything from there on was
/// promised to nobody. A bad spot in front of such a record is damage, and stays for readers to
/// tell of.
final class SegmentScan {
  /// How closely a walk looks.
  enum Depth {
    /// At heads, which is enough to know where records are.
    HEADS,
    /// At every byte.
    BODIES
  }

  private final SegmentInput input;
  private final Depth depth;
  private final SparseIndex index;
  private final long begin;
  private final List<Spot> spots = new ArrayList<>();
  private long next;
  private long end;
  private long forced;

  /// Where records end to be good.
  ///
  /// @param next the offset that was due there
  /// @param lastTime the time of the record before it
  private record Spot(long position, long next, long lastTime) {}

  private SegmentScan(SegmentInput input, long begin, long next, Depth depth, SparseIndex index) {
    this.input = input;
    this.begin = begin;
    this.end = begin;
    this.next = next;
    this.depth = depth;
    this.index = index;
  }

  /// Walks through a segment.
  static SegmentScan of(SegmentInput input, long base, Depth depth) throws IOException {
    SegmentScan scan = new SegmentScan(input, SegmentHead.BYTES, base, depth, new SparseIndex());
    scan.walk();
    return scan;
  }

  /// Walks on behind what was found already, looking at every byte, and adds to its index.
  ///
  /// @param begin the position behind the last record
  /// @param next the offset behind the last record
  static SegmentScan onFrom(SegmentInput input, long begin, long next, SparseIndex index)
      throws IOException {
    SegmentScan scan = new SegmentScan(input, begin, next, Depth.BODIES, index);
    scan.walk();
    return scan;
  }

  private void walk() throws IOException {
    long size = input.freshSize();
    long position = begin;
    while (position >= 0 && position < size) {
      RecordHead head = input.head(position);
      if (head != null && isGood(position, head)) {
        index.add(head.offset(), head.time(), position);
        forced = Math.max(forced, head.forced());
        next = head.offset() + 1;
        position += head.length();
        end = position;
      } else {
        spots.add(new Spot(position, next, index.lastTime()));
        position = head == null ? input.search(position + 1, next) : position + head.length();
      }
    }
  }

  private boolean isGood(long position, RecordHead head) throws IOException {
    return head.offset() >= next && (depth == Depth.HEADS || input.hasGoodBody(position, head));
  }

  /// Forgets everything from the first bad spot on that nothing vouches for.
  void cutTornEnd() {
    for (Spot spot : spots) {
      if (spot.position() >= forced) {
        end = spot.position();
        next = spot.next();
        index.cut(end, spot.lastTime());
        return;
      }
    }
  }

  /// Returns the offset behind the last record.
  long next() {
    return next;
  }

  /// Returns the position behind the last record.
  long end() {
    return end;
  }

  /// Returns where records begin.
  SparseIndex index() {
    return index;
  }
}
