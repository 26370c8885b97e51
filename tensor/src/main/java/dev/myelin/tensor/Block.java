package dev.myelin.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Memory taken from the system at once and given back at once.
final class Block {
  static final long ALIGNMENT = 64;

  private final Arena arena;
  private final MemorySegment memory;

  private Block(Arena arena, MemorySegment memory) {
    this.arena = arena;
    this.memory = memory;
  }

  static Block ofSystem(long bytes) {
    Arena arena = Arena.ofShared();
    try {
      return new Block(arena, arena.allocate(bytes, ALIGNMENT));
    } catch (Throwable e) {
      arena.close();
      throw e;
    }
  }

  long bytes() {
    return memory.byteSize();
  }

  MemorySegment memory(long offset, long bytes) {
    return memory.asSlice(offset, bytes);
  }

  /// Gives the memory back to the system.
  ///
  /// @throws IllegalStateException if a system call still uses it
  void close() {
    arena.close();
  }
}
