package dev.myelin.net.log;

import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.parts.Parts;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// A message of several parts as the payload of one that has none, all numbers with the high byte
/// first:
///
/// ```
///  0       4       4 + 8 × n
///  +-------+-------+-------+
///  | parts | sizes | parts |
///  |   n   | 8 × n |       |
///  +-------+-------+-------+
/// ```
final class PartsPayload {
  private PartsPayload() {}

  /// Returns the size of the payload of a message.
  static long bytes(Parts message) {
    return Math.addExact(Integer.BYTES + message.count() * (long) Long.BYTES, message.totalBytes());
  }

  /// Returns the payload of a message that fits an array.
  static byte[] encode(Parts message) {
    byte[] payload = new byte[Math.toIntExact(bytes(message))];
    ByteBuffer out = ByteBuffer.wrap(payload).putInt(message.count());
    for (int i = 0; i < message.count(); i++) {
      out.putLong(message.size(i));
    }
    int at = out.position();
    for (int i = 0; i < message.count(); i++) {
      int size = (int) message.size(i);
      MemorySegment.copy(message.segment(i), ValueLayout.JAVA_BYTE, 0, payload, at, size);
      at += size;
    }
    return payload;
  }

  /// Returns the message of a payload, owned by the caller; null if it is none.
  ///
  /// @throws dev.myelin.tensor.PoolExhaustedException if the pool has no room for it
  static @Nullable Parts decode(byte[] payload, TensorPool pool) {
    ByteBuffer in = ByteBuffer.wrap(payload);
    int count = payload.length < Integer.BYTES ? 0 : in.getInt();
    if (count < 1 || count > in.remaining() / Long.BYTES) {
      return null;
    }
    int at = Integer.BYTES + count * Long.BYTES;
    int left = payload.length - at;
    for (int i = 0; i < count; i++) {
      long size = in.getLong(Integer.BYTES + i * Long.BYTES);
      if (size < 0 || size > left) {
        return null;
      }
      left -= (int) size;
    }
    if (left > 0) {
      return null;
    }
    try (Pieces pieces = new Pieces(count, pool)) {
      for (int i = 0; i < count; i++) {
        int size = (int) in.getLong(Integer.BYTES + i * Long.BYTES);
        MemorySegment target =
            Pieces.fitsHeap(size)
                ? MemorySegment.ofArray(pieces.heap(i, size))
                : pieces.pooled(i, size).segment();
        MemorySegment.copy(payload, at, target, ValueLayout.JAVA_BYTE, 0, size);
        at += size;
      }
      return pieces.join();
    }
  }
}
