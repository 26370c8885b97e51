package dev.myelin.wire.pack;

import java.io.EOFException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Chunks in memory.
final class Chunks {
  private Chunks() {}

  /// Returns an input of these bytes and nothing behind them.
  static Unpacker.Input input(byte[] bytes) {
    int[] next = {0};
    return (target, at, length) -> {
      if (length > bytes.length - next[0]) {
        throw new EOFException("ended inside a frame");
      }
      MemorySegment.copy(bytes, next[0], target, ValueLayout.JAVA_BYTE, at, (int) length);
      next[0] += (int) length;
    };
  }
}
