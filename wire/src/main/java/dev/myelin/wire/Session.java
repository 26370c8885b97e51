package dev.myelin.wire;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// One conversation in one dialect, after its handshake.
///
/// Any number of threads may send while one receives. Closing releases what was half received and
/// does no I/O.
public interface Session extends AutoCloseable {
  /// Returns what the handshake told of the peer.
  Introduction introduction();

  /// Sends one message and returns when its last byte has left; everything in it is borrowed.
  ///
  /// Waits as long as the peer takes nothing; the owner of the output bounds the wait by closing
  /// it. A tensor also waits for the peer's credit, which `progress` bounds, and the peer's
  /// [Message.Cancel], [#endSends] and an interrupt end; none of them harms the session.
  ///
  /// @throws java.io.InterruptedIOException if the thread was interrupted while it waited for
  ///   credit; its flag is clear then
  void send(Message message, Progress progress) throws IOException;

  /// Sends one message that nobody watches.
  default void send(Message message) throws IOException {
    send(message, Progress.NONE);
  }

  /// Puts one message into the output and returns; small frames wait in its buffer until somebody
  /// flushes it. Everything in the message is copied or gone when this returns.
  ///
  /// Waits only where the buffer of the output is full.
  default void post(Message message) throws IOException {
    send(message);
  }

  /// Returns the next message, or null when the peer ended between two frames. What it carries is
  /// the caller's.
  ///
  /// @throws PeerException.Malformed if the peer broke the dialect; the session is of no further
  ///   use
  /// @throws PeerException.Closed if the peer ended inside a frame
  @Nullable Message receive(Landing landing) throws IOException;

  /// Has an incoming stream dropped, from any thread: a receive that is under way, or the next one,
  /// does so at the next frame and returns [Message.Declined]. Without such a stream nothing
  /// happens.
  default void decline(int stream, FaultCode code, String text) {}

  /// Ends every wait for the peer's credit, now and from now on; does no I/O.
  default void endSends() {}

  @Override
  void close();
}
