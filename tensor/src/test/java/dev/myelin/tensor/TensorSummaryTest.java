package dev.myelin.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TensorSummaryTest {
  private final TensorPool pool = TensorPool.open("test", 64 << 20);

  @AfterEach
  void closePool() {
    pool.close();
  }

  @Test
  void tellsFiguresAndElements() {
    try (Tensor tensor = pool.allocate(DType.F32, Shape.of(2, 3))) {
      for (long i = 0; i < 6; i++) {
        tensor.set(i, i);
      }
      tensor.set(5, Double.NaN);
      assertThat(TensorSummary.of(tensor))
          .hasToString(
              """
              F32[2, 3]  24 bytes
              min 0  max 4  mean 2  std 1.4142  NaN 1  Inf 0
              [[0 1 2]
               [3 4 NaN]]\
              """);
    }
  }

  @Test
  void staysShortForLargeTensors() {
    try (Tensor tensor = pool.allocate(DType.U8, Shape.of(10, 10, 10, 10_000))) {
      tensor.segment().fill((byte) 200);
      TensorSummary summary = TensorSummary.of(tensor);
      assertThat(summary.examined()).isLessThanOrEqualTo(TensorSummary.MOST);
      assertThat(summary.mean()).isEqualTo(200);
      assertThat(summary.toString()).hasSizeLessThan(2000).contains("sampled", "...", "9.5 MiB");
    }
  }

  @Test
  void handlesScalarsEmptyAndPackedTensors() {
    try (Tensor scalar = pool.allocate(DType.BOOL, Shape.of());
        Tensor empty = pool.allocate(DType.F32, Shape.of(0, 3));
        Tensor packed = pool.allocate(DType.Q8_0, Shape.of(32))) {
      scalar.set(0, 1L);
      assertThat(TensorSummary.of(scalar).toString()).endsWith("\ntrue");
      assertThat(TensorSummary.of(empty)).hasToString("F32[0, 3]  0 bytes\n[]");
      assertThat(TensorSummary.of(packed)).hasToString("Q8_0[32]  34 bytes\n(packed)");
    }
  }
}
