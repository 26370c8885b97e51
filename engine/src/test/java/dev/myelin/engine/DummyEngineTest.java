package dev.myelin.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.engine.sample.Generator;
import dev.myelin.engine.sample.Sampler;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DummyEngineTest {
  @Test
  void countsToTenAndEnds() {
    try (DummyEngine engine = DummyEngine.whole();
        Generator text = Generator.open(engine, Sampler.greedy(), 32)) {
      List<Integer> tokens = new ArrayList<>();
      for (int token = text.next(1); token != DummyEngine.END_TOKEN; token = text.next()) {
        tokens.add(token);
      }
      assertThat(tokens).containsExactly(2, 3, 4, 5, 6, 7, 8, 9, 10);
    }
  }

  @Test
  void onlyTheLastShardCounts() {
    try (DummyEngine first = DummyEngine.of(ShardSpec.of(new Shard("dummy", 0, 3, 8)));
        DummyEngine last = DummyEngine.of(ShardSpec.of(new Shard("dummy", 3, 8, 8)));
        Arena arena = Arena.ofConfined()) {
      Tensor ids = Tensor.wrap(DType.I32, Shape.of(1), arena.allocate(4, 4));
      ids.set(0, 4L);
      Batch tokens = Batch.of(ids, first.begin(8), Batch.Answer.LAST);
      Tensor states = Tensor.wrap(DType.F32, first.outputShape(tokens), arena.allocate(1024, 4));
      first.forward(tokens, states);
      assertThat(states.doubleAt(255)).isEqualTo(4);
      Batch hidden = Batch.of(states, last.begin(8), Batch.Answer.LAST);
      Tensor logits = Tensor.wrap(DType.F32, last.outputShape(hidden), arena.allocate(4000, 4));
      last.forward(hidden, logits);
      assertThat(logits.doubleAt(5)).isEqualTo(1);
      assertThatThrownBy(() -> last.forward(tokens, logits)).hasMessageContaining("expected: F32");
    }
  }

  @Test
  void shardsAreNeitherEmptyNorBeyondTheModel() {
    assertThatThrownBy(() -> new Shard("m", 2, 2, 4)).hasMessageContaining("at least one");
    assertThatThrownBy(() -> new Shard("m", 0, 5, 4)).hasMessageContaining("0..4");
    Shard second = new Shard("m", 1, 4, 4);
    assertThatThrownBy(() -> new ShardSpec(second, ShardSpec.Input.TOKENS, ShardSpec.Output.LOGITS))
        .hasMessageContaining("into layer 1");
    assertThat(ShardSpec.of(second).output()).isEqualTo(ShardSpec.Output.LOGITS);
  }
}
