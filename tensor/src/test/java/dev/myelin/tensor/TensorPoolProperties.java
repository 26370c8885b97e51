package dev.myelin.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TensorPoolProperties {
  @Test
  void keepsTensorsApartAndWithinTheLimit() {
    Trials.run(30, TensorPoolProperties::walk);
  }

  private static void walk(RandomGenerator random) {
    long limit = random.nextLong(1, 1L << random.nextInt(1, 26));
    try (TensorPool pool = TensorPool.open("p", limit)) {
      List<Tensor> held = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        if (random.nextInt(5) < 3) {
          take(pool, random, held);
        } else if (!held.isEmpty()) {
          giveChecked(held.remove(random.nextInt(held.size())), random.nextInt(8) == 0);
        }
        assertThat(pool.reserved()).isLessThanOrEqualTo(limit);
        assertThat(pool.outstanding())
            .isEqualTo(held.stream().mapToLong(Tensor::byteSize).sum())
            .isLessThanOrEqualTo(pool.reserved());
      }
      held.forEach(tensor -> giveChecked(tensor, false));
      pool.allocate(DType.U8, Shape.of(limit)).close();
    }
  }

  private static void take(TensorPool pool, RandomGenerator random, List<Tensor> held) {
    long bytes = random.nextLong(1, 2 + pool.limitBytes() / random.nextInt(1, 40));
    try {
      Tensor tensor = pool.allocate(DType.U8, Shape.of(bytes));
      tensor.segment().fill(mark(tensor));
      held.add(tensor);
    } catch (PoolExhaustedException e) {
      assertThat(e).hasMessageContaining("pool p");
    }
  }

  private static void giveChecked(Tensor tensor, boolean abandoned) {
    byte mark = mark(tensor);
    for (long i = 0; i < tensor.byteSize(); i += 61) {
      assertThat((byte) tensor.longAt(i)).isEqualTo(mark);
    }
    if (abandoned) {
      tensor.abandon();
    } else {
      tensor.close();
    }
  }

  private static byte mark(Tensor tensor) {
    return (byte) (tensor.segment().address() >>> 6);
  }
}
