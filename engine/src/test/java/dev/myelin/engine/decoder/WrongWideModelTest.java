package dev.myelin.engine.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.engine.WeightType;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The bounds to llama.cpp can be missed: one number of a design a little wrong, and logits are far
/// out of the widest of them.
@Timeout(60)
class WrongWideModelTest {
  private static final double WIDEST = 0.05;
  private static final List<WeightType> ONE_OF_EACH_KIND =
      List.of(WeightType.F32, WeightType.BF16, WeightType.Q8_0, WeightType.Q4_0, WeightType.Q4_K);

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "llama3, '\"rms_norm_eps\": 1e-4', '\"rms_norm_eps\": 3e-4'",
    "llama3, '\"factor\": 8.0', '\"factor\": 4.0'",
    "llama3, '\"rope_theta\": 10000.0', '\"rope_theta\": 20000.0'",
    "gemma2, '\"rms_norm_eps\": 1e-3', '\"rms_norm_eps\": 3e-3'",
    "gemma2, '\"sliding_window\": 16', '\"sliding_window\": 15'",
    "gemma2, '\"sliding_window\": 16', '\"sliding_window\": 17'",
    "gemma2, '\"attn_logit_softcapping\": 2.0', '\"attn_logit_softcapping\": 3.0'",
    "gemma2, '\"final_logit_softcapping\": 0.8', '\"final_logit_softcapping\": 0.6'",
  })
  void isOutOfBounds(String family, String what, String instead) throws Exception {
    for (WeightType type : ONE_OF_EACH_KIND) {
      Path file = WideModel.write(folder, family, type, what, instead);
      double distance = LlamaCpp.together(file, LlamaCpp.golden(family, type));
      assertThat(distance).as("%s", type).isGreaterThan(2 * WIDEST);
    }
  }
}
