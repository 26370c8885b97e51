package dev.myelin.net.log;

import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.util.List;

/// A place that keeps messages in the order in which they came, each under an offset.
///
/// The first part of a message is its topic. Offsets begin at 0 and grow by one from message to
/// message. All methods may be called from any thread.
public interface TopicStore extends AutoCloseable {
  /// Appends a message and returns its offset.
  ///
  /// Borrows the message. Waits for the store: when it returns, the message is as safe as the store
  /// promises. An interrupt is left standing and ends nothing.
  ///
  /// @throws LogException.TooLarge if the store takes no message of that size
  /// @throws IOException if it could not be kept; it is not in the store then, unless the store
  ///   says otherwise
  long append(Parts message) throws IOException;

  /// Appends messages that follow each other, and returns the offset of the first; otherwise as
  /// [#append(Parts)].
  ///
  /// @throws IllegalArgumentException if there are none
  long append(List<Parts> messages) throws IOException;

  /// Returns a reader, which the caller closes.
  ///
  /// @param pool where parts too large for the heap are put
  /// @throws IllegalArgumentException if the start is an offset beyond the end
  TopicReader read(Start start, TopicFilter filter, TensorPool pool) throws IOException;

  /// Returns the offset of the oldest message that is kept; of the next one if none is.
  long oldest() throws IOException;

  /// Returns the offset that the next message gets.
  long next() throws IOException;

  /// Returns how much is kept, and for how long.
  Retention retention();

  /// Ends it; messages stay where they are. Twice is harmless.
  @Override
  void close() throws IOException;
}
