package dev.myelin.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.myelin.engine.WeightType;
import dev.myelin.engine.text.ModelText;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A vocabulary gives the same ids after it went into a GGUF file, with the makers' as the truth.
@Timeout(60)
class ConvertedVocabularyTest {
  // These vocabularies have such a piece and no merge that makes it; scores cannot say so.
  private static final String NO_MERGE = "<0x";

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpt-2",
        "default",
        "smollm",
        "llama-bpe",
        "qwen2",
        "tekken",
        "gpt-4o",
        "llama",
        "gemma"
      })
  void givesTheIdsOfItsMakers(String name) throws Exception {
    givesTheIdsOfItsMakers(name, converted(golden(name), 0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpt-2",
        "default",
        "smollm",
        "llama-bpe",
        "qwen2",
        "tekken",
        "gpt-4o",
        "llama",
        "gemma"
      })
  void givesTheIdsOfItsMakersWhereTheModelHasMoreRowsThanTokens(String name) throws Exception {
    givesTheIdsOfItsMakers(name, converted(golden(name), 13));
  }

  private static void givesTheIdsOfItsMakers(String name, Path file) throws Exception {
    JsonNode all = new ObjectMapper().readTree(golden("ids.json").toFile());
    JsonNode ids = all.path("of").path(name).path("ids");
    assertThat(ids.size()).isPositive();
    try (ModelText made = ModelText.open(golden(name));
        ModelText text = ModelText.open(file)) {
      assertThat(text.tokenizer().vocabulary()).isEqualTo(made.tokenizer().vocabulary());
      for (int i = 0; i < all.path("texts").size(); i++) {
        String each = all.path("texts").get(i).asText();
        if (each.contains(NO_MERGE) && List.of("llama", "gemma").contains(name)) {
          continue;
        }
        int[] expected = ids.get(i).valueStream().mapToInt(JsonNode::asInt).toArray();
        assertThat(text.tokenizer().encode(each)).as("text '%s'", each).containsExactly(expected);
      }
    }
  }

  @Test
  void refusesCutsThatGgufHasNoNameFor() throws Exception {
    String json = Files.readString(golden("gpt-2").resolve("tokenizer.json"));
    String other = json.replaceFirst("\"Isolated\"", "\"Removed\"");
    assertThat(other).isNotEqualTo(json);
    Files.writeString(folder.resolve("tokenizer.json"), other);
    assertThatThrownBy(() -> TokenizerFields.add(folder, 1000, new GgufFields()))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("pre_tokenizer")
        .hasMessageContaining("(expected: that of one of [command-r, ");
  }

  private Path converted(Path source, int filling) throws IOException {
    int vocabulary = filling;
    try (ModelText text = ModelText.open(source)) {
      vocabulary += text.tokenizer().vocabulary();
    }
    GgufFields fields = new GgufFields();
    for (String key : List.of("block_count", "embedding_length", "feed_forward_length")) {
      fields.whole("llama." + key, 8);
    }
    fields.text("general.architecture", "llama");
    fields.whole("llama.context_length", 64);
    fields.whole("llama.attention.head_count", 2);
    fields.number("llama.attention.layer_norm_rms_epsilon", 1e-5);
    TokenizerFields.add(source, vocabulary, fields);
    byte[] values = fields.bytes();
    int size = values.length + 32 * vocabulary + 256;
    ByteBuffer file = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    file.putInt(Gguf.MAGIC).putInt(3).putLong(1).putLong(fields.count()).put(values);
    file.put(GgufFields.bytes("token_embd.weight")).putInt(2).putLong(8).putLong(vocabulary);
    file.putInt(WeightType.F32.number()).putLong(0);
    return Files.write(folder.resolve("converted.gguf"), file.array());
  }

  private static Path golden(String name) throws URISyntaxException {
    return Path.of(ConvertedVocabularyTest.class.getResource("/golden/text/" + name).toURI());
  }
}
