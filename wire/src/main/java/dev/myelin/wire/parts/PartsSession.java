package dev.myelin.wire.parts;

import dev.myelin.wire.Message;
import java.io.IOException;
import java.time.Duration;

/// One conversation in messages of several parts, after its handshake.
///
/// One thread receives. Encoding does no I/O: it appends to an [Outlet], one thread at a time and
/// in the order in which the bytes will leave, because a dialect may number what it encrypts.
public interface PartsSession extends AutoCloseable {
  /// Returns what the handshake told of the peer.
  PartsPeer peer();

  /// Returns the role that this side has told the peer.
  SocketRole role();

  /// Reads at least once and hands over every message that is whole then; returns false when the
  /// peer ended between two messages.
  ///
  /// Waits for the peer; the owner of the input bounds the wait by closing it. A part of up to
  /// [Outlet#COPIED_BYTES] lies on the heap, a larger one in memory of the inlet.
  ///
  /// @throws dev.myelin.wire.PeerException.Malformed if the peer broke the dialect or a limit
  /// @throws dev.myelin.wire.PeerException.Closed if the peer ended inside a message
  boolean receive(PartsInlet inlet) throws IOException;

  /// Returns how many bytes are kept of a message whose last part has not come; zero if none began.
  /// For the thread that receives.
  default long gatheredBytes() {
    return 0;
  }

  /// Returns whether a message becomes the same bytes in every session of this dialect that says
  /// so, so that one encoding serves many peers.
  boolean isUniform();

  /// Returns whether a message of one part of up to 255 bytes on the heap leaves as a zero, its
  /// length, and its bytes, so that whoever has it so need not have it encoded.
  default boolean encodesBriefly() {
    return false;
  }

  /// Appends a message. Large parts are referred to where they lie unless the dialect changes them
  /// on the way.
  ///
  /// @param left is run once by [Outlet#clear] if any part was referred to; returns whether one was
  boolean encode(Parts message, Outlet out, Runnable left);

  /// Appends a message whose parts stay as they are until the outlet is drained.
  default void encode(Parts message, Outlet out) {
    boolean _ = encode(message, out, () -> {});
  }

  /// Appends that this side wants, or no longer wants, messages that begin so.
  void encodeSubscription(byte[] prefix, boolean wanted, Outlet out);

  /// Appends a sign of life that asks for one; nothing if the peer knows none.
  ///
  /// @param patience how long the peer may take silence from now on for life; zero says nothing
  void encodePing(Duration patience, Outlet out);

  /// Appends the answer to a ping.
  void encodePong(byte[] context, Outlet out);

  /// Appends a word about memory that both sides may share: [Message.Meet], [Message.Met] or
  /// [Message.Move], behind which nothing more may leave by the same way. Only for a peer that said
  /// that it knows such words.
  ///
  /// @throws IllegalArgumentException if it is another message
  default void encodeNear(Message word, Outlet out) {
    throw new IllegalArgumentException("word: " + word + " (expected: none in this dialect)");
  }

  /// Releases what was half received, once nobody receives any more; does no I/O. Must be called
  /// after a failure too.
  @Override
  void close();
}
