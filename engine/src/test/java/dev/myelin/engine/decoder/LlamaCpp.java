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
import java.nio.file.Path;

/// What llama.cpp says of the models of [WideModel], and how far from it we are.
final class LlamaCpp {
  private LlamaCpp() {}

  static double together(Path file, JsonNode golden) throws Exception {
    try (Model model = Model.open(file);
        Engine engine = VectorEngine.load(model, new EngineConfig(2, 64, 32));
        Sequence sequence = engine.begin(64)) {
      return distance(Runs.every(engine, sequence, WideModel.TOKENS), golden);
    }
  }

  static double oneByOne(Path file, JsonNode golden) throws Exception {
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

  static JsonNode golden(String family, WeightType type) throws IOException {
    Path file = Golden.resource("golden/llamacpp.json");
    return new ObjectMapper().readTree(file.toFile()).path(family + "-" + type);
  }
}
