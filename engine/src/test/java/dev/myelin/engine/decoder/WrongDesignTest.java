package dev.myelin.engine.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.myelin.engine.Engine;
import dev.myelin.engine.EngineConfig;
import dev.myelin.engine.Sequence;
import dev.myelin.engine.model.Model;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The golden tests can fail: one number of a design a little wrong, and logits are out of bounds.
@Timeout(60)
class WrongDesignTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "llama2, rms_norm_eps, 1.1e-3",
    "llama2, rope_parameters.rope_theta, 10100",
    "llama3, rope_parameters.factor, 8.1",
    "llama3, rope_parameters.low_freq_factor, 1.05",
    "llama3, rope_parameters.high_freq_factor, 4.1",
    "llama3, rope_parameters.original_max_position_embeddings, 33",
    "mistral, sliding_window, 13",
    "mistral, sliding_window, 11",
    "qwen2, rope_parameters.rope_theta, 10100",
    "qwen3, rms_norm_eps, 1e-3",
    "gemma2, attn_logit_softcapping, 5.1",
    "gemma2, final_logit_softcapping, 8.5",
    "gemma2, query_pre_attn_scalar, 21",
    "gemma2, sliding_window, 11",
    "gemma3, rope_parameters.full_attention.factor, 7.9",
    "gemma3, rope_parameters.sliding_attention.rope_theta, 10100",
    "gemma3, sliding_window, 9",
    "phi3, sliding_window, 15",
    "phi3, rope_parameters.original_max_position_embeddings, 120",
  })
  void isOutOfBounds(String family, String key, double value) throws Exception {
    Golden golden = Golden.of(family);
    Path config = golden.path.resolve("config.json");
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode json = (ObjectNode) mapper.readTree(config.toFile());
    ObjectNode place = json;
    List<String> names = List.of(key.split("\\."));
    for (String name : names.subList(0, names.size() - 1)) {
      place = (ObjectNode) place.get(name);
    }
    assertThat(place.has(names.getLast())).isTrue();
    place.put(names.getLast(), value);
    if (value == Math.rint(value)) {
      place.put(names.getLast(), (long) value);
    }
    mapper.writeValue(folder.resolve("config.json").toFile(), json);
    Files.copy(golden.path.resolve("model.safetensors"), folder.resolve("model.safetensors"));
    assertThat(distance(golden)).isGreaterThan(2 * FamilyGoldenTest.BOUND);
  }

  private float distance(Golden golden) throws Exception {
    EngineConfig settings = new EngineConfig(2, 256, 64);
    try (Model model = Model.open(folder);
        Engine engine = VectorEngine.load(model, settings);
        Sequence sequence = engine.begin(256)) {
      return Runs.distance(Runs.last(engine, sequence, golden.far), golden.last);
    }
  }
}
