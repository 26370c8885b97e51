package dev.myelin.engine.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Tokenizers of every kind against the library of their makers, from either form of file.
class TokenizerGoldenTest {
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
        "gemma",
        "metaspace"
      })
  void aFolderCutsTextAsItsMakersDo(String name) throws Exception {
    holds(name, name);
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
  void aGgufCutsTextAsItsMakersDo(String name) throws Exception {
    holds(name, name + ".gguf");
  }

  private static void holds(String name, String file) throws Exception {
    JsonNode all = Golden.json("ids.json");
    JsonNode golden = all.path("of").path(name);
    try (ModelText text = ModelText.open(Golden.path(file))) {
      Tokenizer tokenizer = text.tokenizer();
      for (int i = 0; i < all.path("texts").size(); i++) {
        String each = all.path("texts").get(i).asText();
        int[] ids = Golden.numbers(golden.path("ids").get(i));
        assertThat(tokenizer.encode(each)).as("text '%s'", each).containsExactly(ids);
        String decoded = golden.path("decoded").get(i).asText();
        assertThat(tokenizer.decode(ids)).as("ids of '%s'", each).isEqualTo(decoded);
        assertThat(bytes(tokenizer, ids)).as("bytes of '%s'", each).endsWith(decoded);
      }
      for (int i = 0; i < all.path("marked").size(); i++) {
        String each = all.path("marked").get(i).asText();
        assertThat(tokenizer.encodeMarked(each))
            .as("prompt '%s'", each)
            .containsExactly(Golden.numbers(golden.path("marked").get(i)));
      }
    }
  }

  private static String bytes(Tokenizer tokenizer, int[] ids) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int id : ids) {
      bytes.writeBytes(tokenizer.bytes(id));
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
