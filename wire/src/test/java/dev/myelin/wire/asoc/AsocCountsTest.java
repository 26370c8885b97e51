package dev.myelin.wire.asoc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AsocCountsTest {
  @Test
  void behavesAsAMap() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    AsocCounts counts = new AsocCounts();
    Map<Integer, Long> map = new HashMap<>();
    for (int i = 0; i < 20_000; i++) {
      int id = random.nextInt(-40, 40);
      if (id == 0) {
        continue; // no stream
      }
      String step = "seed " + seed + ", step " + i;
      if (random.nextInt(3) > 0) {
        Long was = map.put(id, map.getOrDefault(id, 0L) + 3);
        assertThat(counts.add(id, 3)).as(step).isEqualTo(was == null ? 0 : was);
      } else {
        Long was = map.remove(id);
        assertThat(counts.remove(id)).as(step).isEqualTo(was == null ? 0 : was);
      }
    }
  }
}
