package dev.myelin.engine.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.myelin.testkit.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A text that grows by tokens is the text of all of them, and no character is ever cut.
class GrowingTextProperties {
  @ParameterizedTest
  @ValueSource(strings = {"gpt-2", "llama-bpe", "qwen2", "llama", "gemma", "metaspace"})
  void tokenByTokenIsAsAtOnce(String name) throws Exception {
    JsonNode all = Golden.json("ids.json");
    JsonNode golden = all.path("of").path(name);
    try (ModelText text = ModelText.open(Golden.path(name))) {
      for (int i = 0; i < golden.path("ids").size(); i++) {
        int[] ids = Golden.numbers(golden.path("ids").get(i));
        assertThat(grown(text.tokenizer().decoder(), ids))
            .isEqualTo(golden.path("decoded").get(i).asText());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt-2", "llama"})
  void anyTokensMakeWholeCharacters(String name) throws Exception {
    try (ModelText text = ModelText.open(Golden.path(name))) {
      Tokenizer tokenizer = text.tokenizer();
      Property.check(
          300,
          random -> {
            int[] ids = random.ints(random.nextInt(40), 0, tokenizer.vocabulary()).toArray();
            assertThat(grown(tokenizer.decoder(), ids)).isEqualTo(tokenizer.decode(ids));
          });
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama", "metaspace"})
  void whatGoesOnKeepsItsFirstSpace(String name) throws Exception {
    try (ModelText text = ModelText.open(Golden.path(name))) {
      int[] ids = text.tokenizer().encode("b");
      assertThat(grown(text.tokenizer().continuation(), ids)).isEqualTo(" b");
      assertThat(grown(text.tokenizer().decoder(), ids)).isEqualTo("b");
    }
  }

  private static String grown(Tokenizer.Decoder decoder, int[] ids) {
    StringBuilder text = new StringBuilder();
    for (int id : ids) {
      String part = decoder.append(id);
      assertThat(WellFormed.is(part)).isTrue();
      text.append(part);
    }
    return text.append(decoder.end()).toString();
  }
}
