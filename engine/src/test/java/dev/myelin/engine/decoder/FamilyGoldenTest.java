package dev.myelin.engine.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.engine.Engine;
import dev.myelin.engine.EngineConfig;
import dev.myelin.engine.Sequence;
import dev.myelin.engine.ShardSpec;
import dev.myelin.engine.kernel.Kernels;
import dev.myelin.engine.kernel.ScalarKernels;
import dev.myelin.engine.model.Model;
import dev.myelin.engine.sample.Generator;
import dev.myelin.engine.sample.Sampler;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Each family against transformers: logits, and a greedy path whose choices are nowhere near ties.
@Timeout(60)
class FamilyGoldenTest {
  /// How far logits of about ten may be away; a wrong epsilon moves them by more than a hundred
  /// times that.
  static final float BOUND = 2e-4f;

  @ParameterizedTest
  @ValueSource(
      strings = {"llama2", "llama3", "mistral", "qwen2", "qwen3", "gemma2", "gemma3", "phi3"})
  void scalarsAgreeWithTransformers(String family) throws Exception {
    agrees(family, new ScalarKernels(4));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"llama2", "llama3", "mistral", "qwen2", "qwen3", "gemma2", "gemma3", "phi3"})
  void vectorsAgreeWithTransformers(String family) throws Exception {
    agrees(family, Kernels.best());
  }

  private static void agrees(String family, Kernels kernels) throws Exception {
    Golden golden = Golden.of(family);
    // Short enough that factors for long texts are not used before they are wanted.
    try (Engine near = open(golden, kernels, 128);
        Engine far = open(golden, kernels, 256)) {
      try (Sequence sequence = near.begin(128)) {
        float[][] logits = Runs.every(near, sequence, golden.prompt);
        for (int i = 0; i < golden.places.length; i++) {
          float[] ours = logits[golden.places[i]];
          assertThat(Runs.distance(ours, golden.logits[i])).isLessThan(BOUND);
        }
      }
      assertThat(greedy(near, golden)).isEqualTo(golden.tokens);
      try (Sequence sequence = far.begin(256)) {
        float[] last = Runs.last(far, sequence, golden.far);
        assertThat(Runs.distance(last, golden.last)).isLessThan(BOUND);
      }
    }
  }

  private static int[] greedy(Engine engine, Golden golden) {
    int[] tokens = new int[golden.tokens.length];
    try (Generator text = Generator.open(engine, Sampler.greedy(), 128)) {
      tokens[0] = text.next(golden.prompt);
      for (int i = 1; i < tokens.length; i++) {
        tokens[i] = text.next();
      }
    }
    return tokens;
  }

  private static Engine open(Golden golden, Kernels kernels, int context) throws Exception {
    EngineConfig config = new EngineConfig(2, context, 64);
    try (Model model = Model.open(golden.path)) {
      return VectorEngine.load(model, ShardSpec.of(model.whole()), config, kernels, _ -> {});
    }
  }
}
