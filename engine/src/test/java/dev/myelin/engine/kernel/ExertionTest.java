package dev.myelin.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ExertionTest {
  @Test
  void readingMissesNoByte() {
    for (Kernels kernels : new Kernels[] {Kernels.best(), new ScalarKernels(8)}) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment memory = arena.allocate(4L * Exertion.PART, Exertion.PART);
        Set<Integer> found = new HashSet<>();
        int nothing = Exertion.read(kernels, memory, 0, memory.byteSize());
        for (long at = 0; at < memory.byteSize(); at++) {
          memory.set(java.lang.foreign.ValueLayout.JAVA_BYTE, at, (byte) 1);
          int seen = Exertion.read(kernels, memory, 0, memory.byteSize());
          assertThat(seen).as("with byte %d", at).isNotEqualTo(nothing);
          found.add(seen);
          memory.set(java.lang.foreign.ValueLayout.JAVA_BYTE, at, (byte) 0);
        }
        assertThat(found).hasSize(Integer.BYTES);
        assertThat(Exertion.read(kernels, memory, 0, Exertion.PART)).isEqualTo(nothing);
      }
    }
  }

  @Test
  void productsStayWithinNumbers() {
    for (Kernels kernels : new Kernels[] {Kernels.best(), new ScalarKernels(8)}) {
      float[] sums = new float[2 * kernels.lanes()];
      int operations = Exertion.multiply(kernels, 1000, sums);
      assertThat(operations).isPositive().isEqualTo(Exertion.multiply(kernels, 2000, sums));
      assertThat(sums).doesNotContain(Float.NaN, Float.POSITIVE_INFINITY);
      assertThat(sums[0]).isPositive();
    }
  }
}
