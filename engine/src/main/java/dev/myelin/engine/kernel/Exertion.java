package dev.myelin.engine.kernel;

import java.lang.foreign.MemorySegment;

/// Work that is there to be timed: as fast as memory is read, as fast as numbers are multiplied.
public final class Exertion {
  /// Reading goes by parts of so many bytes; memory is read in whole ones.
  public static final int PART = 256;

  private static final int SUMS = 8;

  private Exertion() {}

  /// Reads some memory once.
  ///
  /// @param from the first byte, and the end: multiples of [#PART]
  /// @return something that depends on every byte
  public static int read(Kernels kernels, MemorySegment memory, long from, long to) {
    return kernels instanceof ScalarKernels
        ? readPlainly(memory, from, to)
        : VectorExertion.read(memory, from, to);
  }

  /// Multiplies and adds numbers that stay in the processor.
  ///
  /// @param sums where something is left that depends on every product; at least two groups long
  /// @return how many operations each round was, two for a product that is added
  public static int multiply(Kernels kernels, int rounds, float[] sums) {
    return kernels instanceof ScalarKernels
        ? multiplyPlainly(rounds, sums)
        : VectorExertion.multiply(rounds, sums);
  }

  private static int readPlainly(MemorySegment memory, long from, long to) {
    long mixed = 0;
    for (long at = from; at < to; at += Long.BYTES) {
      mixed ^= memory.get(Packed.LONG, at);
    }
    return Long.hashCode(mixed);
  }

  private static int multiplyPlainly(int rounds, float[] sums) {
    for (int i = 0; i < rounds; i++) {
      for (int j = 0; j < SUMS; j++) {
        sums[j] = sums[j] * 0.5f + 1;
      }
    }
    return 2 * SUMS;
  }
}
