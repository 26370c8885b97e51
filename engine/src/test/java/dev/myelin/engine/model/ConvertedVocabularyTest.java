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
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// A vocabulary gives the same ids after it went into a GGUF file, with the makers' as the truth.
@Timeout(60)
class ConvertedVocabularyTest {
  // These vocabularies have such a piece and no merge that makes it; scores cannot say so.
  private static final String NO_MERGE = "<0x";

  @TempDir private Path folder;

  @ParameterizedTest
  @MethodSource("names")
  void givesTheIdsOfItsMakers(String name) throws Exception {
    givesTheIdsOfItsMakers(name, converted(golden(name), 0));
  }

  @ParameterizedTest
  @MethodSource("names")
  void givesTheIdsOfItsMakersWhereTheModelHasMoreRowsThanTokens(String name) throws Exception {
    givesTheIdsOfItsMakers(name, converted(golden(name), 13));
  }

  private static List<String> names() {
    return List.of(
        "gpt-2",
        "default",
        "smollm",
        "llama-bpe",
        "qwen2",
        "tekken",
        "gpt-4o",
        "llama",
        "gemma",
        "metaspace");
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
        if (each.contains(NO_MERGE) && List.of("llama", "gemma", "metaspace").contains(name)) {
          continue;
        }
        int[] expected = ids.get(i).valueStream().mapToInt(JsonNode::asInt).toArray();
        assertThat(text.tokenizer().encode(each)).as("text '%s'", each).containsExactly(expected);
      }
      for (JsonNode marked : all.path("marked")) {
        int[] expected = made.tokenizer().encodeMarked(marked.asText());
        assertThat(text.tokenizer().encodeMarked(marked.asText())).containsExactly(expected);
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "gpt-2 ~ 'Isolated' ~ 'Removed' ~ pre_tokenizer: ~ that of one of [command-r, ",
        "gpt-2 ~ 'add_prefix_space':false ~ 'x':0 ~ add_prefix_space: true ~ false",
        "gpt-2 ~ 'normalizer':null ~ 'normalizer':{'type':'NFC'} ~ normalizer: ~ none",
        "qwen2 ~ {'type':'NFC'} ~ {'type':'Lowercase'} ~ normalizer: ~ NFC",
        "gpt-2 ~ 'ignore_merges':false ~ 'ignore_merges':true ~ ignore_merges: true ~ false",
        "tekken ~ 'ignore_merges':true ~ 'ignore_merges':false ~ ignore_merges: false ~ true",
        "llama ~ 'ignore_merges':false ~ 'ignore_merges':true ~ ignore_merges: true ~ false",
        "llama ~ 'byte_fallback':true ~ 'byte_fallback':false ~ byte_fallback: false ~ true",
        "llama ~ {'type':'Prepend' ~ {'type':'NFKC'},{'type':'Prepend' ~ normalizer: ~ each space",
        "gemma ~ {'type':'Replace' ~ {'type':'NFC'},{'type':'Replace' ~ normalizer: ~ each space",
        "gemma ~ 'pre_tokenizer':null ~ 'pre_tokenizer':{'type':'Digits'} ~ pre_tokenizer: ~ none"
      })
  void refusesWhatGgufHasNoNameFor(
      String name, String what, String instead, String found, String expected) throws Exception {
    Path changed = changed(name, what, instead);
    assertThatThrownBy(() -> TokenizerFields.add(changed, 1000, new GgufFields()))
        .isInstanceOfSatisfying(
            ModelFileException.class,
            e -> assertThat(e.rule()).isEqualTo(ModelFileException.Rule.UNSUPPORTED))
        .hasMessageContaining("tokenizer.json: " + found)
        .hasMessageContaining("(expected: " + expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "gpt-2 ~ 'Isolated','invert':false ~ 'Removed','invert':true",
        "llama-bpe ~ 'ignore_merges':true ~ 'ignore_merges':false",
        "qwen2 ~ 'normalizer':{'type':'NFC'} ~ 'normalizer':null",
        "metaspace ~ 'prepend_scheme':'first' ~ 'prepend_scheme':'always'",
        "metaspace ~ 'split':false ~ 'split':true",
        "llama ~ '<|user|>','single_word':false,'lstrip':false,'rstrip':false"
            + " ~ '<|user|>','single_word':false,'lstrip':false,'rstrip':true",
        "gpt-2 ~ '<|end|>','single_word':false,'lstrip':false"
            + " ~ '<|end|>','single_word':false,'lstrip':true",
        "llama ~ '<|end|>','single_word':false ~ '<|end|>','single_word':true",
        "gpt-2 ~ '<tool>','single_word':false,'lstrip':false,'rstrip':false"
            + " ~ '<tool>','single_word':false,'lstrip':true,'rstrip':true",
        "qwen2 ~ '<tool>','single_word':false,'lstrip':false,'rstrip':false,'normalized':false ~"
            + " '<tool\u0301>','single_word':false,'lstrip':false,'rstrip':false,'normalized':true"
      })
  void keepsTheIdsOf(String name, String what, String instead) throws Exception {
    Path changed = changed(name, what, instead);
    List<String> texts =
        List.of(
            "<|user|> \n Hi you<|end|> x <|end|>y z<|assistant|>  a",
            " a <tool>  b <too\u013a> <tool\u0301> 1234 e\u0301 don't  I'LL\n\n  x");
    try (ModelText made = ModelText.open(changed);
        ModelText text = ModelText.open(converted(changed, 5))) {
      for (String each : texts) {
        assertThat(text.tokenizer().encode(each)).containsExactly(made.tokenizer().encode(each));
        assertThat(text.tokenizer().encodeMarked(each))
            .containsExactly(made.tokenizer().encodeMarked(each));
      }
    }
  }

  @Test
  void aMarkSwallowsTheSpaceAfterIt() throws Exception {
    String mark = "'<|user|>','single_word':false,'lstrip':false,'rstrip':";
    Path changed = changed("llama", mark + "false", mark + "true");
    try (ModelText text = ModelText.open(converted(changed, 0))) {
      assertThat(text.tokenizer().encodeMarked("<|user|> \n Hi"))
          .containsExactly(text.tokenizer().encodeMarked("<|user|>Hi"));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "-1, ''",
    "100000, ''",
    "5, 5",
    "6, 5",
  })
  void refusesTraitsOfTokensThatAreNone(int first, String second) throws Exception {
    int[] hostile =
        second.isEmpty() ? new int[] {first} : new int[] {first, Integer.parseInt(second)};
    Path file =
        converted(golden("llama"), 0, fields -> fields.wholes("myelin.added.rstrip", hostile));
    refuses(file, "token in myelin.added.rstrip: ");
  }

  @Test
  void refusesTraitsThatAreNoNumbers() throws Exception {
    Path source = golden("llama");
    refuses(
        converted(source, 0, fields -> fields.text("myelin.added.lstrip", "5")),
        "myelin.added.lstrip: ");
    refuses(
        converted(source, 0, fields -> fields.wholes("myelin.added.lstrip", new int[0])),
        "myelin.added.lstrip: ");
    refuses(
        converted(source, 0, fields -> fields.numbers("myelin.added.lstrip", new float[] {5.5f})),
        "token in myelin.added.lstrip: 5.5");
    refuses(
        converted(
            source, 0, fields -> fields.numbers("myelin.added.lstrip", new float[] {Float.NaN})),
        "token in myelin.added.lstrip: NaN");
    refuses(
        converted(source, 0, fields -> fields.text("myelin.metaspace.prepend_scheme", "last")),
        "myelin.metaspace.prepend_scheme: 'last'");
  }

  @Test
  void refusesATemplateThatIsNoTextOrTooLong() throws Exception {
    Path file = Files.write(folder.resolve("chat_template.jinja"), new byte[] {'a', (byte) 0xff});
    Files.copy(golden("gpt-2").resolve("tokenizer.json"), folder.resolve("tokenizer.json"));
    for (String expected : List.of("UTF-8", "<= 4194304")) {
      assertThatThrownBy(() -> TokenizerFields.add(folder, 1000, new GgufFields()))
          .isInstanceOf(ModelFileException.class)
          .hasMessageStartingWith(file + ": ")
          .hasMessageContaining("(expected: " + expected);
      assertThatThrownBy(() -> ModelText.open(folder))
          .isInstanceOf(ModelFileException.class)
          .hasMessageStartingWith(file + ": ")
          .hasMessageContaining("(expected: " + expected);
      Files.write(file, new byte[(4 << 20) + 1]);
    }
  }

  private static void refuses(Path file, String message) {
    assertThatThrownBy(() -> ModelText.open(file))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining(message);
  }

  /// Returns a golden vocabulary with a part of its JSON replaced; `'` stands for `"`.
  private Path changed(String name, String what, String instead) throws Exception {
    String json = Files.readString(golden(name).resolve("tokenizer.json"));
    String other = json.replace(what.replace('\'', '"'), instead.replace('\'', '"'));
    assertThat(other).isNotEqualTo(json);
    Path changed = Files.createDirectories(folder.resolve("changed"));
    Files.writeString(changed.resolve("tokenizer.json"), other);
    return changed;
  }

  private Path converted(Path source, int filling) throws IOException {
    return converted(source, filling, _ -> {});
  }

  private Path converted(Path source, int filling, Consumer<GgufFields> more) throws IOException {
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
    more.accept(fields);
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
