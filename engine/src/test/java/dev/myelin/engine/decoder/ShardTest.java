package dev.myelin.engine.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.engine.Batch;
import dev.myelin.engine.Engine;
import dev.myelin.engine.EngineConfig;
import dev.myelin.engine.Sequence;
import dev.myelin.engine.Shard;
import dev.myelin.engine.ShardSpec;
import dev.myelin.engine.model.Model;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class ShardTest {
  private static final EngineConfig CONFIG = new EngineConfig(2, 128, 32);

  /// How far logits of about ten are apart when the same sums are made in another order.
  private static final float ORDER = 1e-4f;

  @ParameterizedTest
  @CsvSource({
    "llama2, 2",
    "llama2, 3",
    "llama2, 5",
    "gemma2, 2",
    "gemma2, 5",
    "gemma3, 3",
    "gemma3, 5",
    "qwen3, 5",
    "phi3, 3"
  })
  void shardsInARowGiveTheBitsOfTheWhole(String family, int parts) throws Exception {
    Golden golden = Golden.of(family);
    float[][] whole;
    float[][] split;
    try (Row row = Row.open(golden.path, 1)) {
      whole = row.answers(golden.prompt, 40);
    }
    try (Row row = Row.open(golden.path, parts)) {
      split = row.answers(golden.prompt, 40);
    }
    assertThat(split).isDeepEqualTo(whole);
  }

  @Test
  void aShardTakesOnlyItsShareOfMemory() throws Exception {
    try (Model model = Model.open(Golden.of("llama2").path)) {
      long whole = VectorEngine.cost(model, ShardSpec.of(model.whole()), CONFIG).weightBytes();
      Shard middle = new Shard("llama2", 2, 3, 5);
      long one = VectorEngine.cost(model, ShardSpec.of(middle), CONFIG).weightBytes();
      assertThat(one).isPositive().isLessThan(whole / 5);
    }
  }

  @ParameterizedTest
  @CsvSource({"llama2, 1", "llama2, 7", "mistral, 5", "gemma3, 3", "phi3, 23"})
  void anyChunkingOfAPromptIsNearThePromptAtOnce(String family, int chunk) throws Exception {
    Golden golden = Golden.of(family);
    try (Engine engine = open(golden.path);
        Sequence atOnce = engine.begin(128);
        Sequence inParts = engine.begin(128)) {
      float[] expected = Runs.last(engine, atOnce, golden.prompt);
      float[] logits = new float[0];
      for (int from = 0; from < golden.prompt.length; from += chunk) {
        int count = Math.min(chunk, golden.prompt.length - from);
        int[] part = new int[count];
        System.arraycopy(golden.prompt, from, part, 0, count);
        logits = Runs.last(engine, inParts, part);
      }
      assertThat(Runs.distance(logits, expected)).isLessThan(ORDER);
      assertThat(inParts.length()).isEqualTo(atOnce.length());
    }
  }

  @ParameterizedTest
  @CsvSource({"llama3", "mistral", "gemma2"})
  void aBatchOfUnequalSequencesIsNearEachAlone(String family) throws Exception {
    Golden golden = Golden.of(family);
    int[] lengths = {3, 61, 1, 17};
    try (Engine engine = open(golden.path);
        Arena arena = Arena.ofConfined()) {
      List<Batch.Part> parts = new ArrayList<>();
      List<float[]> expected = new ArrayList<>();
      int[] all = new int[82];
      int filled = 0;
      for (int length : lengths) {
        int[] tokens = new int[length];
        System.arraycopy(golden.far, filled, tokens, 0, length);
        System.arraycopy(tokens, 0, all, filled, length);
        filled += length;
        Sequence alone = engine.begin(128);
        expected.add(Runs.last(engine, alone, tokens));
        parts.add(new Batch.Part(engine.begin(128), length, Batch.Answer.LAST));
      }
      Batch batch = new Batch(Runs.ids(arena, all), parts);
      Tensor output = Runs.output(arena, engine, batch);
      engine.forward(batch, output);
      float[][] logits = Runs.rows(output);
      for (int i = 0; i < lengths.length; i++) {
        assertThat(Runs.distance(logits[i], expected.get(i))).isLessThan(ORDER);
      }
    }
  }

  @Test
  void aForkGoesItsOwnWay() throws Exception {
    Golden golden = Golden.of("gemma3");
    try (Engine engine = open(golden.path);
        Sequence one = engine.begin(128)) {
      Runs.last(engine, one, golden.prompt);
      try (Sequence two = one.fork();
          Sequence reference = engine.begin(128)) {
        Runs.last(engine, reference, golden.prompt);
        Runs.last(engine, two, 9);
        Runs.last(engine, two, 11);
        assertThat(Runs.last(engine, one, 5)).isEqualTo(Runs.last(engine, reference, 5));
        assertThat(one.length()).isEqualTo(golden.prompt.length + 1);
        assertThat(two.length()).isEqualTo(golden.prompt.length + 2);
      }
    }
  }

  @Test
  void whatIsTruncatedIsForgotten() throws Exception {
    Golden golden = Golden.of("mistral");
    try (Engine engine = open(golden.path);
        Sequence one = engine.begin(128);
        Sequence reference = engine.begin(128)) {
      Runs.last(engine, one, golden.prompt);
      Runs.last(engine, reference, golden.prompt);
      Sequence kept = one.fork();
      for (int token : golden.tokens) {
        Runs.last(engine, one, token);
      }
      one.truncate(golden.prompt.length);
      float[] expected = Runs.last(engine, reference, 7);
      assertThat(Runs.last(engine, one, 7)).isEqualTo(expected);
      assertThat(Runs.last(engine, kept, 7)).isEqualTo(expected);
      assertThatThrownBy(() -> one.truncate(128)).hasMessageContaining("expected: 0..25");
    }
  }

  @Test
  void refusesWhatDoesNotFit() throws Exception {
    try (Engine engine = open(Golden.of("llama2").path);
        Engine other = open(Golden.of("llama2").path);
        Sequence sequence = engine.begin(4)) {
      assertThatThrownBy(() -> Runs.last(engine, sequence, 1, 2, 3, 4, 5))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("capacity of 4");
      assertThatThrownBy(() -> Runs.last(engine, sequence, 160))
          .hasMessageContaining("token: 160 at 0 (expected: 0..159)");
      assertThatThrownBy(() -> Runs.last(other, sequence, 1)).hasMessageContaining("another");
      assertThatThrownBy(() -> engine.begin(129)).hasMessageContaining("1..128");
      assertThat(sequence.length()).isZero();
    }
  }

  @Test
  void nothingGoesOnAfterItsEnd() throws Exception {
    Engine engine = open(Golden.of("llama2").path);
    Sequence first = engine.begin(4);
    Sequence second = engine.begin(4);
    first.close();
    assertThatThrownBy(() -> Runs.last(engine, first, 1)).hasMessageContaining("closed");
    engine.close();
    assertThatThrownBy(() -> Runs.last(engine, second, 1)).hasMessageContaining("closed");
    assertThatThrownBy(second::fork).hasMessageContaining("closed");
  }

  private static Engine open(Path path) throws Exception {
    try (Model model = Model.open(path)) {
      return VectorEngine.load(model, CONFIG);
    }
  }

  /// The shards of a model, one after the other.
  private record Row(List<Engine> engines) implements AutoCloseable {
    static Row open(Path path, int parts) throws Exception {
      List<Engine> engines = new ArrayList<>();
      int from = 0;
      for (int i = 0; i < parts; i++) {
        int layers;
        try (Model model = Model.open(path)) {
          layers = model.dimensions().layers();
        }
        int to = layers * (i + 1) / parts;
        ShardSpec spec = ShardSpec.of(new Shard("m", from, to, layers));
        try (Model model = Model.open(path, spec)) {
          engines.add(VectorEngine.load(model, spec, CONFIG));
        }
        from = to;
      }
      return new Row(engines);
    }

    /// The logits of every token of a prompt, and of some more tokens one by one.
    float[][] answers(int[] prompt, int more) {
      List<Sequence> sequences = engines.stream().map(each -> each.begin(128)).toList();
      List<float[]> found = new ArrayList<>(List.of(step(sequences, prompt)));
      for (int i = 0; i < more; i++) {
        found.addAll(List.of(step(sequences, 3 + i)));
      }
      return found.toArray(float[][]::new);
    }

    private float[][] step(List<Sequence> sequences, int... tokens) {
      try (Arena arena = Arena.ofConfined()) {
        Tensor state = Runs.ids(arena, tokens);
        for (int i = 0; i < engines.size(); i++) {
          Batch batch = Batch.of(state, sequences.get(i), Batch.Answer.EVERY);
          state = Runs.output(arena, engines.get(i), batch);
          engines.get(i).forward(batch, state);
        }
        assertThat(state.dtype()).isEqualTo(DType.F32);
        assertThat(state.shape()).isEqualTo(Shape.of(tokens.length, 160));
        return Runs.rows(state);
      }
    }

    @Override
    public void close() {
      engines.forEach(Engine::close);
    }
  }
}
