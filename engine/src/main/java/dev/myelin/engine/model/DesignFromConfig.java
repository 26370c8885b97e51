package dev.myelin.engine.model;

import static dev.myelin.engine.model.ModelFileException.shown;

import com.fasterxml.jackson.databind.JsonNode;
import dev.myelin.engine.Dimensions;
import dev.myelin.engine.model.ModelFileException.Rule;
import dev.myelin.engine.model.Rotation.Scaling;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The design of a model from a `config.json` beside its safetensors.
final class DesignFromConfig {
  private static final double USUAL_BASE = 10_000;

  private final Path path;
  private final JsonNode config;
  private final Family family;

  private DesignFromConfig(Path path, JsonNode config, Family family) {
    this.path = path;
    this.config = config;
    this.family = family;
  }

  static Design read(Path path, JsonNode config) throws IOException {
    String type = config.path("model_type").asText("none");
    Family family =
        Family.ofConfig(type)
            .orElseThrow(
                () ->
                    new ModelFileException(
                        path,
                        Rule.UNSUPPORTED,
                        ("model_type: " + shown(type))
                            + (" (expected: one of " + Family.supported() + ")")));
    return new DesignFromConfig(path, config, family).read();
  }

  private Design read() throws IOException {
    Dimensions dimensions =
        new Dimensions(
            whole("num_hidden_layers", Bounds.LAYERS),
            whole("hidden_size", Bounds.WIDTH),
            whole("vocab_size", Bounds.VOCABULARY),
            whole("max_position_embeddings", Bounds.CONTEXT));
    int heads = whole("num_attention_heads", Bounds.HEADS);
    int keyHeads = wholeOr("num_key_value_heads", Bounds.HEADS, heads);
    int head = wholeOr("head_dim", Bounds.WIDTH, Math.max(1, dimensions.hidden() / heads));
    int feedForward = whole("intermediate_size", Bounds.WIDTH);
    return Bounds.checked(
        path,
        new Design(
            family,
            dimensions,
            new Design.Widths(heads, keyHeads, head, feedForward),
            attention(dimensions, head),
            turning(dimensions, head),
            new Design.Scales(
                (float) config.path("rms_norm_eps").asDouble(1e-6),
                Bounds.embeddingScale(family, dimensions),
                (float) config.path("final_logit_softcapping").asDouble(0))));
  }

  private Design.Attention attention(Dimensions dimensions, int head) {
    double divisor = config.path("query_pre_attn_scalar").asDouble(head);
    double cap = config.path("attn_logit_softcapping").asDouble(0);
    boolean used = config.path("use_sliding_window").asBoolean(true);
    int window = used ? config.path("sliding_window").asInt(0) : 0;
    List<Boolean> local = new ArrayList<>();
    JsonNode types = config.path("layer_types");
    for (int i = 0; i < dimensions.layers(); i++) {
      local.add(
          types.isArray()
              ? types.path(i).asText().equals("sliding_attention")
              : family.isLocal(i) && i >= config.path("max_window_layers").asInt(0));
    }
    return new Design.Attention(
        (float) (1 / Math.sqrt(divisor)), (float) cap, Math.max(0, window), List.copyOf(local));
  }

  private Design.Turning turning(Dimensions dimensions, int head) throws IOException {
    JsonNode ours = config.path("rope_parameters");
    JsonNode scaling = ours.isObject() ? ours : config.path("rope_scaling");
    JsonNode everywhere = scaling.has("full_attention") ? scaling.get("full_attention") : scaling;
    double base = everywhere.path("rope_theta").asDouble(plainBase());
    Rotation global = rotation(dimensions, head, base, everywhere);
    if (family != Family.GEMMA3) {
      return new Design.Turning(global, global);
    }
    JsonNode local = scaling.path("sliding_attention");
    double localBase =
        local.path("rope_theta").asDouble(config.path("rope_local_base_freq").asDouble(USUAL_BASE));
    return new Design.Turning(global, rotation(dimensions, head, localBase, local));
  }

  private double plainBase() {
    return config.path("rope_theta").asDouble(USUAL_BASE);
  }

  private Rotation rotation(Dimensions dimensions, int head, double base, JsonNode node)
      throws IOException {
    double partial =
        node.path("partial_rotary_factor")
            .asDouble(config.path("partial_rotary_factor").asDouble(1));
    int width = (int) (head * partial);
    String type = node.path("rope_type").asText(node.path("type").asText("default"));
    Scaling scaling =
        switch (type) {
          case "default" -> new Scaling.None();
          case "linear" -> new Scaling.Linear(positive(node, "factor"));
          case "llama3" -> banded(node, dimensions);
          case "longrope", "su" -> listed(node, dimensions, width);
          default ->
              throw error(
                  Rule.UNSUPPORTED,
                  ("rope_type: " + shown(type))
                      + " (expected: default, linear, llama3 or longrope)");
        };
    double magnitude = scaling instanceof Scaling.Listed ? magnitude(node, dimensions) : 1;
    return new Rotation(base, width, Family.Pairing.HALVES, scaling, magnitude);
  }

  private Scaling banded(JsonNode node, Dimensions dimensions) throws IOException {
    return new Scaling.Banded(
        positive(node, "factor"),
        positive(node, "low_freq_factor"),
        positive(node, "high_freq_factor"),
        original(node, dimensions));
  }

  private Scaling listed(JsonNode node, Dimensions dimensions, int width) throws IOException {
    Scaling.Listed listed =
        new Scaling.Listed(
            numbers(node, "short_factor"),
            numbers(node, "long_factor"),
            (int) original(node, dimensions));
    if (!listed.fits(width / 2)) {
      throw error(Rule.SHAPE, "short_factor, long_factor (expected: " + width / 2 + " numbers)");
    }
    return listed;
  }

  private double magnitude(JsonNode node, Dimensions dimensions) {
    double original = original(node, dimensions);
    double factor = dimensions.context() / original;
    double usual = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
    return node.path("attention_factor").asDouble(usual);
  }

  private double original(JsonNode node, Dimensions dimensions) {
    JsonNode here = node.path("original_max_position_embeddings");
    JsonNode there = config.path("original_max_position_embeddings");
    return Math.max(2, here.asDouble(there.asDouble(dimensions.context())));
  }

  private double positive(JsonNode node, String name) throws IOException {
    double found = node.path(name).asDouble(0);
    if (!(found > 0)) {
      throw error(Rule.SYNTAX, name + ": " + node.path(name) + " (expected: a number above 0)");
    }
    return found;
  }

  private double[] numbers(JsonNode node, String name) throws IOException {
    JsonNode list = node.path(name);
    if (!list.isArray() || list.size() > Bounds.WIDTH) {
      throw error(Rule.SYNTAX, name + ": " + list.getNodeType() + " (expected: numbers)");
    }
    double[] found = new double[list.size()];
    for (int i = 0; i < found.length; i++) {
      found[i] = list.get(i).asDouble(1);
    }
    return found;
  }

  private int whole(String name, int most) throws IOException {
    if (!config.path(name).isIntegralNumber()) {
      throw error(Rule.MISSING, name + ": " + config.path(name) + " (expected: a whole number)");
    }
    return within(name, config.get(name).asLong(), most);
  }

  private int wholeOr(String name, int most, int otherwise) throws IOException {
    JsonNode node = config.path(name);
    return node.isIntegralNumber() ? within(name, node.asLong(), most) : otherwise;
  }

  private int within(String name, long found, int most) throws IOException {
    if (found < 1 || found > most) {
      throw error(Rule.SHAPE, name + ": " + found + " (expected: 1.." + most + ")");
    }
    return (int) found;
  }

  private ModelFileException error(Rule rule, String problem) {
    return new ModelFileException(path, rule, problem);
  }
}
