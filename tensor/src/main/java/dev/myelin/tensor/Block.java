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

  /// @throws PoolExhaustedException if the system has no such memory, or the JVM may not ask for it
  static Block ofSystem(long bytes) {
    Arena arena = Arena.ofShared();
    try {
      return new Block(arena, arena.allocate(bytes, ALIGNMENT));
    } catch (OutOfMemoryError e) {
      arena.close();
      throw new PoolExhaustedException(
          bytes
              + " bytes: the JVM got none from the system (expected: that memory and"
              + " -XX:MaxDirectMemorySize, which is -Xmx where it is not given, leave room): "
              + e.getMessage());
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
