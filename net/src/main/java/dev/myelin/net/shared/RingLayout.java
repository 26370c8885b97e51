package dev.myelin.net.shared;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/// Where things stand in the memory of one ring: what its two sides say to each other, each on a
/// cache line of its own, then the bytes.
///
/// ```
///      0  secret, 32 bytes: who can tell it has this memory before it
///    128  head, 8 bytes: how many bytes were written ever      (the writer's)
///    256  tail, 8 bytes: how many bytes were read ever         (the reader's)
///    384  4 bytes: how the reader waits for bytes              (both)
///    512  4 bytes: how the writer waits for room               (both)
///    640  4 bytes: 1 once nothing more will be written         (the writer's)
///    768  4 bytes: 1 once nothing more will be read            (the reader's)
///   4096  the bytes, a power of two of them
/// ```
///
/// Numbers are in the order of the machine. Nothing in here is believed.
final class RingLayout {
  static final long SECRET = 0;
  static final long HEAD = 128;
  static final long TAIL = 256;
  static final long READER_BELL = 384;
  static final long WRITER_BELL = 512;
  static final long ENDED = 640;
  static final long GONE = 768;
  static final long BYTES = 4096;

  static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
  static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

  private RingLayout() {}

  /// Returns how many bytes a ring in this memory holds at once.
  static int capacity(MemorySegment memory) {
    long bytes = memory.byteSize() - BYTES;
    if (bytes < SharedMemory.PAGE_BYTES || bytes > 1 << 30 || Long.bitCount(bytes) != 1) {
      throw new IllegalArgumentException(
          "ring: " + bytes + " bytes (expected: a power of two from 4096 to 2^30)");
    }
    return (int) bytes;
  }
}
