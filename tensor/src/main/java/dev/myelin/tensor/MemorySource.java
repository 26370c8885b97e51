package dev.myelin.tensor;

import java.lang.foreign.MemorySegment;

/// Where a root pool takes its memory from, in large pieces, and gives it back to.
///
/// Asked under the lock of the pool at times: it must not use the pool.
@FunctionalInterface
public interface MemorySource {
  /// Memory that was taken.
  interface Memory extends AutoCloseable {
    /// Returns the memory, valid until closed.
    MemorySegment segment();

    /// Gives it back.
    ///
    /// @throws IllegalStateException if a system call still uses it; it stays then
    @Override
    void close();
  }

  /// Returns memory of at least that size, aligned to 64 bytes.
  ///
  /// @throws PoolExhaustedException if there is none
  Memory take(long bytes);
}
