package dev.myelin.bench.endtoend;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/// The memory that a task's bytes come from or go to, walked from start to end and again.
final class Memory implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final MemorySegment all;
  private long at;

  /// Takes memory and touches all of it.
  Memory(long span) {
    all = arena.allocate(span, 4096);
    all.fill((byte) 7);
  }

  MemorySegment all() {
    return all;
  }

  /// Returns the next bytes; from the start again where they would not fit.
  MemorySegment next(long bytes) {
    if (at + bytes > all.byteSize()) {
      at = 0;
    }
    MemorySegment next = all.asSlice(at, bytes);
    at += bytes;
    return next;
  }

  ByteBuffer nextBuffer(int bytes) {
    return next(bytes).asByteBuffer();
  }

  @Override
  public void close() {
    arena.close();
  }
}
