package dev.myelin.net.pipe;

import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.util.List;

/// Whoever a transport makes pipes for: one socket of a pattern.
///
/// Called on threads of the transport; none of these may wait for a peer.
public interface PipeOwner {
  /// Takes a new pipe, before anything comes out of it; false turns the peer away.
  boolean attached(Pipe pipe);

  /// Returns whether it would turn away any further peer now. A peer that is told so before it was
  /// taken has not sent anything yet, and loses nothing.
  default boolean isFull() {
    return false;
  }

  /// Takes that a pipe has messages, after it had none.
  void readable(Pipe pipe);

  /// Takes that a pipe that was full has room.
  void writable(Pipe pipe);

  /// Takes that the peer wants, or no longer wants, messages that begin so.
  default void subscription(Pipe pipe, byte[] prefix, boolean wanted) {}

  /// Takes that a pipe ended. What came in before can still be polled.
  ///
  /// @param unsent what had not begun to leave, oldest first; the owner's from now on
  void detached(Pipe pipe, List<Parts> unsent, IOException reason);

  /// Takes that an endpoint could not be reached, or turned us away; it will be tried again.
  default void failed(String endpoint, IOException reason) {}
}
