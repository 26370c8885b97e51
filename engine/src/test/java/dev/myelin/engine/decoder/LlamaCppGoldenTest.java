package dev.myelin.engine.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.myelin.engine.WeightType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
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
    JsonNode golden = LlamaCpp.golden(family, type);
    assertThat(sha256(file)).as("the file that llama.cpp read").isEqualTo(text(golden, "sha256"));
    assertThat(LlamaCpp.together(file, golden)).as("in one batch").isLessThan(bound);
    assertThat(LlamaCpp.oneByOne(file, golden)).as("token by token").isLessThan(bound);
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
