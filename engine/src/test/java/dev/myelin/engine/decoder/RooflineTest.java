package dev.myelin.engine.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RooflineTest {
  @Test
  void readsItsMemoryPartByPartAndBeginsAgain() {
    try (Roofline roofline = Roofline.open(2, (66 << 20) + 1)) {
      assertThat(roofline.read()).isEqualTo(64 << 20);
      assertThat(roofline.read()).isEqualTo(3 << 20);
      assertThat(roofline.read()).isEqualTo(64 << 20);
    }
  }

  @Test
  void countsTwoOperationsForEachProduct() {
    try (Roofline one = Roofline.open(1, 1);
        Roofline two = Roofline.open(2, 1)) {
      long alone = one.multiply();
      assertThat(alone).isPositive().isEqualTo(one.multiply());
      assertThat(alone % 2).isZero();
      assertThat(two.multiply()).isEqualTo(2 * alone);
    }
  }

  @Test
  void wantsThreadsAndMemory() {
    assertThatThrownBy(() -> Roofline.open(0, 1)).hasMessageContaining("threads: 0");
    assertThatThrownBy(() -> Roofline.open(1, 0)).hasMessageContaining("bytes: 0");
  }
}
