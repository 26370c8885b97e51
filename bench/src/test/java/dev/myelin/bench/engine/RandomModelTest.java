package dev.myelin.bench.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.engine.WeightType;
import dev.myelin.engine.model.Model;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RandomModelTest {
  @TempDir private Path folder;

  @Test
  void isAModelThatTheEngineReadsAndTheSameEachTime() throws Exception {
    Path file = folder.resolve("tiny.gguf");
    RandomModel.main(new String[] {"tiny", file.toString()});
    try (Model model = Model.open(file)) {
      assertThat(model.dimensions().layers()).isEqualTo(2);
      assertThat(model.dimensions().hidden()).isEqualTo(64);
      assertThat(model.dimensions().vocabulary()).isEqualTo(32_000);
      assertThat(model.weights()).hasSize(2 * 9 + 2);
      assertThat(model.matrix("blk.1.ffn_down.weight", 64, 96).type()).isEqualTo(WeightType.F16);
      for (float each : model.numbers("output_norm.weight", 64)) {
        assertThat(each).isBetween(0.8f, 1.2f);
      }
    }
    Path again = folder.resolve("again.gguf");
    RandomModel.main(new String[] {"tiny", again.toString()});
    assertThat(Files.mismatch(file, again)).isEqualTo(-1);
  }
}
