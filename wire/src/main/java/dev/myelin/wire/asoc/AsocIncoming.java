package dev.myelin.wire.asoc;

import dev.myelin.wire.Limits;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// What the reader of one session keeps from frame to frame: the streams under way, what they cost
/// in the peer's windows, and the messages that come before the next frame.
final class AsocIncoming {
  /// How many streams, for one that may be open, are remembered as declined until their end.
  private static final int DECLINED_STREAMS = 16;

  final AsocStreams streams = new AsocStreams();
  final Limits limits;
  final AsocInflow inflow = new AsocInflow();

  /// The peer's credit for this side; null where the two know none.
  final @Nullable AsocOutflow outflow;

  /// Whether the peer can be told that a stream is not wanted.
  final boolean extended;

  /// Where the present frame begins in the input.
  long offset;

  private final Deque<Message> due = new ArrayDeque<>();

  AsocIncoming(Limits limits, boolean extended, @Nullable AsocOutflow outflow, long offset) {
    this.limits = limits;
    this.extended = extended;
    this.outflow = outflow;
    this.offset = offset;
  }

  void addDue(@Nullable Message message) {
    if (message != null) {
      due.add(message);
    }
  }

  boolean isDue() {
    return !due.isEmpty();
  }

  @Nullable Message nextDue() {
    return due.poll();
  }

  /// Returns how far a stream that begins here may go unasked.
  long firstLimit(long startBytes) {
    return outflow == null ? Long.MAX_VALUE : startBytes + AsocCredit.STREAM_WINDOW;
  }

  /// Counts what came of a stream in the window of the connection.
  ///
  /// @param parked the stream if it has no memory yet
  void count(long cost, @Nullable AsocParked parked) throws PeerException.Malformed {
    if (outflow != null) {
      inflow.count(cost, offset);
      addDue(parked == null ? inflow.settle(cost) : parked.count(cost));
    }
  }

  boolean isCrowded() {
    return streams.size() >= limits.streams().open();
  }

  /// Throws unless one stream more can be remembered as declined: that has a bound too, and a stock
  /// peer could not be told at all.
  void requireMemory() throws PeerException.Malformed {
    int open = limits.streams().open();
    if (streams.size() >= (extended ? (long) open * DECLINED_STREAMS : open)) {
      throw malformed("open streams: %d (expected: <= %d)", streams.size() + 1, open);
    }
  }

  PeerException.Malformed malformed(String format, Object... values) {
    return AsocCodec.malformed(offset, format, values);
  }
}
