package dev.myelin.net;

import dev.myelin.wire.Message;
import java.lang.foreign.MemorySegment;

/// The memory that a message borrows from who sends it.
final class Borrowed {
  private Borrowed() {}

  /// Asks for the memory before the first byte: later a closed tensor would end the connection.
  ///
  /// @throws IllegalStateException if the tensor was closed
  static void requireOpen(Message message) {
    if (message instanceof Message.Transfer transfer) {
      MemorySegment _ = transfer.tensor().segment();
    } else if (message instanceof Message.Rest rest) {
      MemorySegment _ = rest.transfer().tensor().segment();
    } else if (message instanceof Message.TensorData data) {
      MemorySegment _ = data.tensor().segment();
    }
  }
}
