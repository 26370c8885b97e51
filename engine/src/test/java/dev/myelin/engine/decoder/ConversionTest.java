package dev.myelin.engine.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.engine.Engine;
import dev.myelin.engine.EngineConfig;
import dev.myelin.engine.Sequence;
import dev.myelin.engine.WeightType;
import dev.myelin.engine.model.Conversion;
import dev.myelin.engine.model.Model;
import dev.myelin.engine.model.ModelCheck;
import dev.myelin.engine.model.Weight;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Converted models against what transformers says of the originals.
@Timeout(60)
final class ConversionTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {"llama2", "llama3", "mistral", "qwen2", "qwen3", "gemma2", "gemma3", "phi3"})
  void everyFamilySaysInGgufWhatItSaidInSafetensors(String family) throws Exception {
    Golden golden = Golden.of(family);
    Path file = convert(golden.path, WeightType.F32);
    assertThat(distance(golden, file)).isLessThan(FamilyGoldenTest.BOUND);
  }

  @Test
  void aGgufFileKeepsWhatItSaysOfItself() throws Exception {
    Path source = Golden.resource("golden/mixed.gguf");
    Path file = convert(source, WeightType.Q4_K);
    try (Model before = Model.open(source);
        Model after = Model.open(file)) {
      assertThat(after.metadata().keys()).containsAll(before.metadata().keys());
      assertThat(after.name()).isEqualTo("mixed");
      assertThat(after.metadata().whole("general.file_type")).contains(15L);
      assertThat(type(after, "output.weight")).isEqualTo(WeightType.Q6_K);
      assertThat(type(after, "blk.0.attn_q.weight")).isEqualTo(WeightType.Q4_K);
      assertThat(type(after, "blk.0.attn_norm.weight")).isEqualTo(WeightType.F32);
      assertThat(ModelCheck.findings(after, _ -> {})).isEmpty();
    }
  }

  @Test
  void rowsThatATypeDoesNotDivideTakeAnother() throws Exception {
    // 64 wide: blocks of 32 fit, blocks of 256 do not.
    Path file = convert(Golden.of("llama2").path, WeightType.Q4_K);
    try (Model model = Model.open(file)) {
      assertThat(model.weights())
          .filteredOn(each -> each.shape().rank() == 2)
          .extracting(Weight::type)
          .containsOnly(WeightType.Q8_0);
    }
  }

  @Test
  void tellsHowMuchIsWrittenAndLeavesNothingElse() throws Exception {
    AtomicLong told = new AtomicLong();
    Path file = folder.resolve("a.gguf");
    try (Model model = Model.open(Golden.of("qwen3").path)) {
      Conversion conversion = Conversion.of(model, WeightType.Q8_0);
      conversion.write(file, told::set);
      assertThat(told.get()).isEqualTo(conversion.bytes());
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactly(file);
    }
  }

  @Test
  void aFailureLeavesWhatStoodThere() throws Exception {
    Path file = Files.writeString(folder.resolve("a.gguf"), "before");
    try (Model model = Model.open(Golden.of("qwen3").path)) {
      Conversion conversion = Conversion.of(model, WeightType.Q8_0);
      assertThatThrownBy(
              () ->
                  conversion.write(
                      file,
                      _ -> {
                        throw new IllegalStateException("enough");
                      }))
          .hasMessage("enough");
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactly(file);
    }
    assertThat(file).hasContent("before");
  }

  @Test
  void theVocabularyBesideSafetensorsGoesAlong() throws Exception {
    Path copy = copy(Golden.of("qwen2").path);
    Files.writeString(
        copy.resolve("tokenizer.json"),
        """
        {"added_tokens": [{"id": 4, "content": "<|end|>", "special": true}],
         "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false},
         "decoder": {"type": "ByteLevel"},
         "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2, "Ġ": 3},
                   "merges": [["a", "b"]]}}
        """);
    Files.writeString(
        copy.resolve("tokenizer_config.json"),
        "{\"eos_token\": \"<|end|>\", \"chat_template\": \"{{ messages }}\"}");
    Files.writeString(copy.resolve("README.md"), "---\ntags: x\nlicense: mit\n---\nA card.\n");
    try (Model model = Model.open(convert(copy, WeightType.F16))) {
      List<String> tokens = model.metadata().texts("tokenizer.ggml.tokens").orElseThrow();
      assertThat(tokens).startsWith("a", "b", "ab", "Ġ", "<|end|>", "[PAD5]");
      assertThat(tokens).hasSize(model.dimensions().vocabulary());
      assertThat(model.metadata().numbers("tokenizer.ggml.token_type").orElseThrow())
          .startsWith(1, 1, 1, 1, 3, 5);
      assertThat(model.metadata().texts("tokenizer.ggml.merges")).contains(List.of("a b"));
      assertThat(model.metadata().whole("tokenizer.ggml.eos_token_id")).contains(4L);
      assertThat(model.metadata().text("tokenizer.chat_template")).contains("{{ messages }}");
      assertThat(model.metadata().text("tokenizer.ggml.pre")).contains("gpt-2");
      assertThat(model.metadata().text("general.license")).contains("mit");
      assertThat(model.licence()).contains("mit");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "---\\nlicense: mit\\n---\\n | mit",
        "---\\ntags:\\n- a\\nlicense: \"apache-2.0\" # all of it\\n---\\n | apache-2.0",
        "---\\ntags: x\\n---\\nlicense: mit\\n | ",
        "# A card\\nlicense: mit\\n | "
      })
  void theLicenceOfAFolderStandsInTheHeadOfItsPage(String page, @Nullable String licence)
      throws Exception {
    Path copy = copy(Golden.of("qwen2").path);
    Files.writeString(copy.resolve("README.md"), page.replace("\\n", "\n"));
    try (Model model = Model.open(copy)) {
      assertThat(model.licence()).isEqualTo(Optional.ofNullable(licence));
    }
  }

  @Test
  void numbersThatAreNoneAreFound() throws Exception {
    Path file = convert(Golden.of("llama2").path, WeightType.F32);
    byte[] bytes = Files.readAllBytes(file);
    // The last weight is the last norm or the head; its last number.
    java.util.Arrays.fill(bytes, bytes.length - 4, bytes.length, (byte) 0xff);
    Files.write(file, bytes);
    try (Model model = Model.open(file)) {
      assertThat(ModelCheck.findings(model, _ -> {}))
          .singleElement()
          .asString()
          .contains("1 of", "expected: finite");
    }
  }

  private static WeightType type(Model model, String weight) {
    return model.find(weight).orElseThrow().type();
  }

  private Path convert(Path source, WeightType type) throws IOException {
    Path file = folder.resolve(type + ".gguf");
    try (Model model = Model.open(source)) {
      Conversion.of(model, type).write(file, _ -> {});
    }
    return file;
  }

  private Path copy(Path from) throws IOException {
    Path to = Files.createDirectory(folder.resolve("copy"));
    for (String name : List.of("config.json", "model.safetensors")) {
      Files.copy(from.resolve(name), to.resolve(name));
    }
    return to;
  }

  private static float distance(Golden golden, Path file) throws Exception {
    try (Model model = Model.open(file);
        Engine engine = VectorEngine.load(model, new EngineConfig(2, 128, 32));
        Sequence sequence = engine.begin(128)) {
      float[][] logits = Runs.every(engine, sequence, golden.prompt);
      float most = 0;
      for (int i = 0; i < golden.places.length; i++) {
        most = Math.max(most, Runs.distance(logits[golden.places[i]], golden.logits[i]));
      }
      return most;
    }
  }
}
