package dev.myelin.engine.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What is left to draw from, against transformers (src/test/python/sampling.py).
class SamplingGoldenTest {
  @Test
  void leavesTheTokensAndSharesThatTransformersLeaves() throws Exception {
    JsonNode cases;
    try (InputStream in = getClass().getResourceAsStream("/golden/sampling.json")) {
      cases = new ObjectMapper().readTree(in);
    }
    assertThat(cases).hasSize(60);
    int number = 0;
    for (JsonNode one : cases) {
      check(one, "case " + number++);
    }
  }

  private static void check(JsonNode one, String name) {
    ChanceSampler sampler = new ChanceSampler(options(one));
    float[] logits = new float[one.get("logits").size()];
    sampler.distribution(new float[logits.length]); // makes room
    one.get("prompt").forEach(token -> sampler.saw(token.asInt()));
    one.get("answer").forEach(token -> sampler.chose(token.asInt()));
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) one.get("logits").get(i).asDouble();
    }
    Candidates left = sampler.distribution(logits);
    for (int i = 0; i < logits.length; i++) {
      double expected = one.get("shares").path(Integer.toString(i)).asDouble(0);
      assertThat(left.share(i)).as("%s, token %s", name, i).isCloseTo(expected, within(1e-5));
      assertThat(left.share(i) > 1e-30).as("%s, token %s", name, i).isEqualTo(expected > 1e-30);
    }
  }

  private static SamplingOptions options(JsonNode one) {
    Map<Integer, Double> bias = new HashMap<>();
    one.get("bias")
        .properties()
        .forEach(e -> bias.put(Integer.valueOf(e.getKey()), e.getValue().asDouble()));
    return new SamplingOptions(
        one.get("temperature").asDouble(),
        new SamplingOptions.Cut(
            one.get("top_k").asInt(), one.get("top_p").asDouble(), one.get("min_p").asDouble()),
        new SamplingOptions.Penalties(
            one.get("repetition").asDouble(),
            one.get("window").asInt(),
            one.get("presence").asDouble(),
            one.get("frequency").asDouble()),
        bias,
        1);
  }
}
