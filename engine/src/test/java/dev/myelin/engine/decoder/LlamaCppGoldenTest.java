package dev.myelin.engine.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.myelin.engine.Engine;
import dev.myelin.engine.EngineConfig;
import dev.myelin.engine.Sequence;
import dev.myelin.engine.WeightType;
import dev.myelin.engine.model.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Every type of weight against what llama.cpp says of the same file.
///
/// llama.cpp rounds a token's numbers before it multiplies: to bytes for packed weights, to sixteen
/// bits for those of sixteen; and looks GELU up in a table of f16. That is what bounds leave room
/// for: a design that is a little wrong is farther off. The golden file is made by `llamacpp.py`.
@Timeout(60)
class LlamaCppGoldenTest {
  private static final double WIDEST = 0.05;
  private static final List<WeightType> ONE_OF_EACH_KIND =
      List.of(WeightType.F32, WeightType.BF16, WeightType.Q8_0, WeightType.Q4_0, WeightType.Q4_K);

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "llama3, F32, 1e-5",
    "llama3, F16, 2e-3",
    "llama3, BF16, 1e-2",
    "llama3, Q8_0, 5e-2",
    "llama3, Q4_0, 5e-2",
    "llama3, Q4_1, 5e-2",
    "llama3, Q4_K, 5e-2",
    "llama3, Q5_K, 5e-2",
    "llama3, Q6_K, 5e-2",
    "gemma2, F32, 1e-3",
    "gemma2, F16, 2e-3",
    "gemma2, BF16, 1e-2",
    "gemma2, Q8_0, 5e-2",
    "gemma2, Q4_0, 5e-2",
    "gemma2, Q4_1, 5e-2",
    "gemma2, Q4_K, 5e-2",
    "gemma2, Q5_K, 5e-2",
    "gemma2, Q6_K, 5e-2",
  })
  void saysWhatLlamaCppSays(String family, WeightType type, double bound) throws Exception {
    Path file = WideModel.write(folder, family, type, "", "");
    JsonNode golden = golden(family, type);
    assertThat(sha256(file)).as("the file that llama.cpp read").isEqualTo(text(golden, "sha256"));
    assertThat(together(file, golden)).as("in one batch").isLessThan(bound);
    assertThat(oneByOne(file, golden)).as("token by token").isLessThan(bound);
  }

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
  void aDesignThatIsALittleWrongIsOutOfBounds(String family, String what, String instead)
      throws Exception {
    for (WeightType type : ONE_OF_EACH_KIND) {
      Path file = WideModel.write(folder, family, type, what, instead);
      double distance = together(file, golden(family, type));
      assertThat(distance).as("%s", type).isGreaterThan(2 * WIDEST);
    }
  }

  private static double together(Path file, JsonNode golden) throws Exception {
    try (Model model = Model.open(file);
        Engine engine = VectorEngine.load(model, new EngineConfig(2, 64, 32));
        Sequence sequence = engine.begin(64)) {
      return distance(Runs.every(engine, sequence, WideModel.TOKENS), golden);
    }
  }

  private static double oneByOne(Path file, JsonNode golden) throws Exception {
    try (Model model = Model.open(file);
        Engine engine = VectorEngine.load(model, new EngineConfig(2, 64, 32));
        Sequence sequence = engine.begin(64)) {
      float[][] logits = new float[WideModel.TOKENS.length][];
      for (int i = 0; i < logits.length; i++) {
        logits[i] = Runs.last(engine, sequence, WideModel.TOKENS[i]);
      }
      return distance(logits, golden);
    }
  }

  /// The root of the mean square of the differences, as a part of that of llama.cpp's logits.
  private static double distance(float[][] logits, JsonNode golden) {
    double apart = 0;
    double all = 0;
    for (JsonNode place : golden.path("places")) {
      float[] ours = logits[place.path("place").asInt()];
      assertThat(ours).hasSize(place.path("logits").size());
      for (int i = 0; i < ours.length; i++) {
        double theirs = place.path("logits").get(i).asDouble();
        apart += (ours[i] - theirs) * (ours[i] - theirs);
        all += theirs * theirs;
      }
    }
    assertThat(all).isPositive();
    return Math.sqrt(apart / all);
  }

  private static JsonNode golden(String family, WeightType type) throws IOException {
    Path file = Golden.resource("golden/llamacpp.json");
    return new ObjectMapper().readTree(file.toFile()).path(family + "-" + type);
  }

  private static String text(JsonNode node, String key) {
    return node.path(key).asText();
  }

  private static String sha256(Path file) throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
    return HexFormat.of().formatHex(digest);
  }

  /// Writes all files into a folder, for `llamacpp.py`.
  public static void main(String[] args) throws IOException {
    Path to = Files.createDirectories(Path.of(args[0]));
    for (String family : new String[] {"llama3", "gemma2"}) {
      for (WeightType type : WeightType.values()) {
        WideModel.write(to, family, type, "", "");
      }
    }
  }
}
