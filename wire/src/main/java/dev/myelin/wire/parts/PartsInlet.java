package dev.myelin.wire.parts;

import dev.myelin.tensor.Tensor;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;

/// Takes what comes out of a [PartsSession]; called on the thread that receives.
public interface PartsInlet {
  /// Takes a whole message, which is its own from now on.
  void message(Parts message);

  /// Takes messages of one part of up to 255 bytes each, which are copied before this returns.
  ///
  /// @param page where they lie one behind the other, each as a zero, its length, and its bytes
  /// @param from where the first begins
  /// @param to where the last ends
  /// @param count how many they are
  default void briefs(byte[] page, int from, int to, int count) {
    for (int at = from; at < to; ) {
      int begin = at + 2;
      at = begin + (page[at + 1] & 0xFF);
      message(Parts.of(Arrays.copyOfRange(page, begin, at)));
    }
  }

  /// Takes that the peer wants, or no longer wants, messages that begin so.
  default void subscription(byte[] prefix, boolean wanted) {}

  /// Takes that the peer asks for a sign of life with this context, which must be sent back.
  ///
  /// @param patience how long the peer itself may be silent from now on before it counts as gone;
  ///   zero if it did not say
  default void ping(byte[] context, Duration patience) {}

  /// Takes what a member of the community says that may be a process of this machine:
  /// [Message.Meet], [Message.Met] or [Message.Move]. Behind the last of them the input carries
  /// only zeros; the bytes that follow are to be read from the memory both have met, from the next
  /// call of [PartsSession#receive] on.
  ///
  /// @throws IOException if that does not belong here: the session ends
  default void near(Message word) throws IOException {}

  /// Returns U8 memory for a part that is too large for the heap.
  ///
  /// @throws PeerException.Overloaded if there is none: the session ends
  Tensor room(long bytes) throws PeerException;
}
