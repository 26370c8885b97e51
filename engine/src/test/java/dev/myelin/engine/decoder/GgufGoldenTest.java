package dev.myelin.engine.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.engine.Engine;
import dev.myelin.engine.EngineConfig;
import dev.myelin.engine.Sequence;
import dev.myelin.engine.ShardSpec;
import dev.myelin.engine.kernel.Kernels;
import dev.myelin.engine.kernel.ScalarKernels;
import dev.myelin.engine.model.Model;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Models in GGUF against transformers given the same numbers.
@Timeout(60)
class GgufGoldenTest {
  /// Rounding a token's numbers to bytes, as products with Q4_0 do, moves logits of about six so
  /// far.
  private static final float ROUNDED = 0.15f;

  @Test
  void aConvertedModelIsTheModel() throws Exception {
    Golden golden = Golden.of("llama3");
    sameTogether(golden, Golden.resource("golden/llama3.gguf"), Kernels.best());
    sameTogether(golden, Golden.resource("golden/llama3.gguf"), new ScalarKernels(8));
  }

  @Test
  void everyTypeOfWeightStandsForItsNumbers() throws Exception {
    Golden golden = Golden.ofFile("mixed");
    sameTogether(golden, golden.path, Kernels.best());
    sameTogether(golden, golden.path, new ScalarKernels(8));
  }

  @Test
  void tokenByTokenStaysNearThatTogether() throws Exception {
    Golden golden = Golden.ofFile("mixed");
    for (Kernels kernels : new Kernels[] {Kernels.best(), new ScalarKernels(4)}) {
      try (Engine engine = open(golden.path, kernels);
          Sequence sequence = engine.begin(64)) {
        float[] logits = new float[0];
        for (int token : golden.prompt) {
          logits = Runs.last(engine, sequence, token);
        }
        assertThat(Runs.distance(logits, golden.logits[1])).isLessThan(ROUNDED);
      }
    }
  }

  private static void sameTogether(Golden golden, Path path, Kernels kernels) throws Exception {
    try (Engine engine = open(path, kernels);
        Sequence sequence = engine.begin(64)) {
      float[][] logits = Runs.every(engine, sequence, golden.prompt);
      for (int i = 0; i < golden.places.length; i++) {
        float distance = Runs.distance(logits[golden.places[i]], golden.logits[i]);
        assertThat(distance).isLessThan(FamilyGoldenTest.BOUND);
      }
    }
  }

  private static Engine open(Path path, Kernels kernels) throws Exception {
    try (Model model = Model.open(path)) {
      EngineConfig config = new EngineConfig(2, 64, 32);
      return VectorEngine.load(model, ShardSpec.of(model.whole()), config, kernels, _ -> {});
    }
  }
}
