package dev.myelin.wire.parts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.TensorPool;
import org.junit.jupiter.api.Test;

class PartsGathererTest {
  @Test
  void partsComeOutInTheirOrderOnce() {
    Parts.Gatherer gatherer = new Parts.Gatherer();
    for (int i = 0; i < 100; i++) {
      gatherer.add(new byte[i]);
    }
    Parts whole = gatherer.toParts();
    assertThat(whole.count()).isEqualTo(100);
    assertThat(whole.size(99)).isEqualTo(99);
    assertThat(gatherer.count()).isZero();
    assertThatThrownBy(gatherer::toParts).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void closingGivesMemoryBack() {
    try (TensorPool pool = TensorPool.open("gathered", 1 << 20)) {
      Parts.Gatherer gatherer = new Parts.Gatherer();
      gatherer.add(new byte[1]);
      gatherer.add(pool.allocate(DType.U8, Shape.of(1000)));
      gatherer.close();
      assertThat(pool.outstanding()).isZero();
      gatherer.add(pool.allocate(DType.U8, Shape.of(1000)));
      Parts whole = gatherer.toParts();
      gatherer.close();
      assertThat(pool.outstanding()).isPositive();
      whole.close();
      assertThat(pool.outstanding()).isZero();
    }
  }
}
