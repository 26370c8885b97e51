package dev.myelin.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Memory taken from a source at once and given back at once.
final class Block {
  static final long ALIGNMENT = 64;

  /// The memory of this process alone.
  static final MemorySource SYSTEM = Private::take;

  private final MemorySource.Memory owner;
  private final MemorySegment memory;

  private Block(MemorySource.Memory owner, long bytes) {
    this.owner = owner;
    this.memory = owner.segment().asSlice(0, bytes);
  }

  /// @throws PoolExhaustedException if the source has no such memory
  static Block of(MemorySource source, long bytes) {
    return new Block(source.take(bytes), bytes);
  }

  long bytes() {
    return memory.byteSize();
  }

  MemorySegment memory(long offset, long bytes) {
    return memory.asSlice(offset, bytes);
  }

  /// Gives the memory back to its source.
  ///
  /// @throws IllegalStateException if a system call still uses it
  void close() {
    owner.close();
  }

  /// Memory with an arena of its own.
  private record Private(Arena arena, MemorySegment segment) implements MemorySource.Memory {
    /// @throws PoolExhaustedException if the system has no such memory, or the JVM may not ask
    static Private take(long bytes) {
      Arena arena = Arena.ofShared();
      try {
        MemorySegment memory =
            Pages.ofSystem()
                .map(pages -> pages.take(bytes, arena))
                .orElseGet(() -> arena.allocate(bytes, ALIGNMENT));
        return new Private(arena, memory);
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

    @Override
    public void close() {
      arena.close();
    }
  }
}
