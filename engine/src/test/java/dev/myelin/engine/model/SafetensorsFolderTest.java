package dev.myelin.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.engine.Shard;
import dev.myelin.engine.ShardSpec;
import dev.myelin.engine.model.ModelFileException.Rule;
import dev.myelin.tensor.SafetensorsFile;
import dev.myelin.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A model in two files: layers 0 to 2 with the embedding, layers 3 and 4 with norm and head.
class SafetensorsFolderTest {
  private static final String FIRST = "model-00001-of-00002.safetensors";
  private static final String SECOND = "model-00002-of-00002.safetensors";

  @TempDir private Path folder;

  @BeforeEach
  void split() throws Exception {
    Path source = Path.of(getClass().getResource("/golden/families/llama2").toURI());
    Files.copy(source.resolve("config.json"), folder.resolve("config.json"));
    Map<String, Tensor> first = new LinkedHashMap<>();
    Map<String, Tensor> second = new LinkedHashMap<>();
    try (SafetensorsFile file = SafetensorsFile.open(source.resolve("model.safetensors"))) {
      file.entries()
          .forEach(
              entry -> {
                boolean early = entry.name().matches("model\\.(embed.*|layers\\.[012]\\..*)");
                (early ? first : second).put(entry.name(), file.tensor(entry));
              });
      SafetensorsFile.write(folder.resolve(FIRST), first, Map.of());
      SafetensorsFile.write(folder.resolve(SECOND), second, Map.of());
    }
    index(FIRST, first, SECOND, second);
  }

  @Test
  void opensAllFiles() throws Exception {
    try (Model model = Model.open(folder)) {
      assertThat(model.weights()).hasSize(5 * 9 + 3);
      assertThat(model.matrix("blk.4.ffn_down.weight", 64, 96).type()).isNotNull();
      assertThat(model.dimensions().vocabulary()).isEqualTo(160);
    }
  }

  @Test
  void aShardNeedsOnlyTheFilesOfItsLayers() throws Exception {
    Files.delete(folder.resolve(SECOND));
    ShardSpec early = ShardSpec.of(new Shard("llama2", 0, 3, 5));
    try (Model model = Model.open(folder, early)) {
      assertThat(model.find("blk.2.attn_q.weight")).isPresent();
      assertThat(model.find("output.weight")).isEmpty();
    }
    ShardSpec late = ShardSpec.of(new Shard("llama2", 3, 5, 5));
    assertThatThrownBy(() -> Model.open(folder, late)).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> Model.open(folder)).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void saysWhatIsMissingAndWhatHasOtherExtents() throws Exception {
    try (Model model = Model.open(folder)) {
      assertThatThrownBy(() -> model.matrix("blk.5.attn_q.weight", 64, 64))
          .hasMessageContaining("blk.5.attn_q.weight: none (expected: [64, 64])");
      assertThatThrownBy(() -> model.matrix("blk.4.attn_q.weight", 64, 65))
          .hasMessageContaining("[64, 64] (expected: [64, 65])");
    }
    ShardSpec other = ShardSpec.of(new Shard("llama2", 0, 3, 6));
    assertThatThrownBy(() -> Model.open(folder, other)).hasMessageContaining("layers: 5 (exp");
  }

  @Test
  void refusesFilesOutsideOfTheFolder() throws Exception {
    Files.writeString(
        folder.resolve("model.safetensors.index.json"),
        "{\"weight_map\": {\"model.norm.weight\": \"../secret.safetensors\"}}");
    assertThatThrownBy(() -> Model.open(folder))
        .isInstanceOfSatisfying(
            ModelFileException.class, e -> assertThat(e.rule()).isEqualTo(Rule.SYNTAX))
        .hasMessageContaining("a plain name");
  }

  private void index(String one, Map<String, Tensor> first, String two, Map<String, Tensor> second)
      throws Exception {
    String map =
        Stream.concat(
                first.keySet().stream().map(name -> "\"" + name + "\": \"" + one + "\""),
                second.keySet().stream().map(name -> "\"" + name + "\": \"" + two + "\""))
            .collect(Collectors.joining(", "));
    Files.writeString(
        folder.resolve("model.safetensors.index.json"), "{\"weight_map\": {" + map + "}}");
  }
}
