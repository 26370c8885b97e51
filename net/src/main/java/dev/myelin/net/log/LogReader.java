package dev.myelin.net.log;

import dev.myelin.tensor.TensorPool;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads the messages of a [TopicLog] in order, and waits at its end for new ones.
///
/// Parts of up to 8 KiB come on the heap, larger ones in the pool. Where the file is damaged,
/// [#next] throws, again and again, until [#passDamage] was called. Used by one thread at a time.
public final class LogReader implements TopicReader {
  private final Segments segments;
  private final Tail tail;
  private final TopicFilter filter;
  private final boolean wantsAll;
  private final TensorPool pool;
  private long next;
  private long trusted;
  private @Nullable Segment segment;
  private @Nullable SegmentInput input;
  private long position;
  private boolean closed;

  LogReader(Segments segments, Tail tail, long from, TopicFilter filter, TensorPool pool) {
    this.segments = segments;
    this.tail = tail;
    this.next = from;
    this.filter = filter;
    this.wantsAll = filter.wantsAll();
    this.pool = pool;
  }

  @Override
  public @Nullable Reading next(Duration limit) throws IOException, InterruptedException {
    long start = System.nanoTime();
    while (true) {
      requireOpen();
      Reading found = available();
      if (found != null) {
        return found;
      }
      if (!tail.await(next, limit.minusNanos(System.nanoTime() - start))) {
        return null;
      }
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("reader: closed (expected: open)");
    }
    tail.requireOpen();
  }

  /// Returns the next reading that is there already; null at the end.
  private @Nullable Reading available() throws IOException, InterruptedException {
    try {
      while (hasMore()) {
        Reading found = step();
        if (found != null) {
          return found;
        }
      }
      return null;
    } catch (ClosedByInterruptException e) {
      leave();
      var _ = Thread.interrupted();
      InterruptedException interrupted = new InterruptedException("interrupted while reading");
      interrupted.initCause(e);
      throw interrupted;
    }
  }

  /// Returns whether there is a message; what was read ahead before it was written is forgotten.
  private boolean hasMore() {
    if (next >= trusted) {
      trusted = tail.visible();
      if (input != null) {
        input.forget();
      }
    }
    return next < trusted;
  }

  /// Goes one message on; returns null if it is not wanted.
  private @Nullable Reading step() throws IOException {
    Segment holding = segments.holding(next);
    if (holding == null) {
      long oldest = segments.oldest();
      return oldest > next ? lost(oldest, Reading.Cause.RETENTION) : null;
    }
    SegmentInput from = holding == segment ? input : null;
    if (from == null) {
      from = enter(holding);
    }
    if (from == null) {
      return null;
    }
    RecordHead head = from.head(position);
    if (head == null || head.offset() != next) {
      throw new LogException.Corrupt(
          holding.path(), position, "record " + next + (head == null ? " is damaged" : " misses"));
    }
    Reading found = null;
    if (wantsAll || filter.wants(head.topic())) {
      found =
          new Reading.Kept(next, Times.instant(head.time()), from.message(position, head, pool));
    }
    next++;
    position += head.length();
    return found;
  }

  private Reading.Lost lost(long upTo, Reading.Cause cause) {
    Reading.Lost lost = new Reading.Lost(next, upTo - next, cause);
    next = upTo;
    leave();
    return lost;
  }

  /// Opens a segment where the next message is, or should be; returns null if retention was faster.
  private @Nullable SegmentInput enter(Segment holding) throws IOException {
    leave();
    try {
      SparseIndex index = holding.index();
      SegmentInput opened = holding.open();
      segment = holding;
      input = opened;
      position = locate(opened, index.floor(next));
      if (position < 0) {
        position = locate(opened, SegmentHead.BYTES);
      }
      return opened;
    } catch (NoSuchFileException e) {
      segments.look();
      if (segments.holding(next) == holding) {
        throw new LogException.Corrupt(holding.path(), 0, "segment is not there");
      }
      return null;
    }
  }

  /// Returns the position of the next message, or of the damage in which it would be; -1 if there
  /// is no good record where the search begins.
  private long locate(SegmentInput in, long floor) throws IOException {
    long at = floor;
    long damage = -1;
    while (at < in.freshSize()) {
      RecordHead head = in.head(at);
      if (head == null && at == floor && floor > SegmentHead.BYTES) {
        return -1;
      }
      if (head != null && head.offset() >= next) {
        return head.offset() == next || damage < 0 ? at : damage;
      }
      if (head == null && damage < 0) {
        damage = at;
      }
      damage = head == null ? damage : -1;
      long following = head == null ? in.search(at + 1, 0) : at + head.length();
      at = following < 0 ? Long.MAX_VALUE : following;
    }
    return damage < 0 ? in.size() : damage;
  }

  @Override
  public Reading.@Nullable Lost passDamage() throws IOException {
    requireOpen();
    Segment holding = segments.holding(next);
    if (!hasMore() || holding == null) {
      return null;
    }
    try {
      Reading found = step();
      if (found instanceof Reading.Kept kept) {
        kept.parts().close();
        next--;
        leave();
      }
      return found instanceof Reading.Lost late ? late : null;
    } catch (LogException.Corrupt e) {
      return lost(Math.min(goodBehind(holding), tail.visible()), Reading.Cause.DAMAGE);
    }
  }

  /// Returns the offset of the first good record behind the damage.
  private long goodBehind(Segment damaged) throws IOException {
    List<Segment> all = segments.all();
    int following = all.indexOf(damaged) + 1;
    long behind =
        following > 0 && following < all.size() ? all.get(following).base() : Long.MAX_VALUE;
    SegmentInput in = segment == damaged ? input : null;
    if (in == null) {
      return behind;
    }
    RecordHead head = in.head(position);
    if (head != null && head.offset() >= next) {
      return head.offset() == next ? next + 1 : head.offset();
    }
    long found = in.search(position + 1, next + 1);
    RecordHead good = found < 0 ? null : in.head(found);
    return good == null ? behind : Math.min(good.offset(), behind);
  }

  private void leave() {
    if (input != null) {
      try {
        input.close();
      } catch (IOException e) {
        // nothing was written to it
      }
    }
    input = null;
    segment = null;
  }

  @Override
  public long position() {
    return next;
  }

  @Override
  public void close() {
    closed = true;
    leave();
  }
}
