package dev.myelin.wire.asoc;

import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import org.jspecify.annotations.Nullable;

/// What the peer may send unasked on all its streams together. For the reader and those who place
/// parked streams.
///
/// The window moves on by what is settled: bytes that have memory of their own, or are dropped.
final class AsocInflow {
  private long counted; // guarded by this
  private long settled; // guarded by this
  private long granted = AsocCredit.CONNECTION_WINDOW; // guarded by this

  /// Counts what came of a stream.
  ///
  /// @param offset where the frame begins in the input
  synchronized void count(long cost, long offset) throws PeerException.Malformed {
    counted += cost;
    if (counted > granted) {
      throw AsocCodec.malformed(
          offset, "bytes sent unasked: %d (expected: <= %d)", counted, granted);
    }
  }

  /// Settles what was counted; returns the credit to send if it is due.
  synchronized Message.@Nullable Credit settle(long cost) {
    settled += cost;
    long due = settled + AsocCredit.CONNECTION_WINDOW;
    if (due - granted < AsocCredit.CONNECTION_WINDOW / 4) {
      return null;
    }
    granted = due;
    return new Message.Credit(0, due);
  }
}
