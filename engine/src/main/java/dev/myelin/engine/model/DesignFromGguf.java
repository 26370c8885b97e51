package dev.myelin.engine.model;

import static dev.myelin.engine.model.ModelFileException.shown;

import dev.myelin.engine.Dimensions;
import dev.myelin.engine.WeightType;
import dev.myelin.engine.model.ModelFileException.Rule;
import dev.myelin.engine.model.Rotation.Scaling;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The design of a model from the metadata of a GGUF file.
final class DesignFromGguf {
  private static final double USUAL_BASE = 10_000;
  private static final double USUAL_EPSILON = 1e-5;
  private static final double GEMMA_SOFT_CAP = 50;
  private static final double GEMMA_LOGIT_CAP = 30;
  private static final int GEMMA2_WINDOW = 4096;

  private final Path path;
  private final Metadata metadata;
  private final Map<String, Weight> weights;
  private final Family family;

  private DesignFromGguf(Path path, Metadata metadata, Map<String, Weight> weights, Family family) {
    this.path = path;
    this.metadata = metadata;
    this.weights = weights;
    this.family = family;
  }

  static Design read(Path path, Metadata metadata, Map<String, Weight> weights) throws IOException {
    String name = metadata.text("general.architecture").orElse("none");
    Family family =
        Family.ofGguf(name)
            .orElseThrow(
                () ->
                    new ModelFileException(
                        path,
                        Rule.UNSUPPORTED,
                        ("general.architecture: " + shown(name))
                            + (" (expected: one of " + Family.supported() + ")")));
    return new DesignFromGguf(path, metadata, weights, family).read();
  }

  private Design read() throws IOException {
    Dimensions dimensions =
        new Dimensions(
            whole("block_count", Bounds.LAYERS),
            whole("embedding_length", Bounds.WIDTH),
            vocabulary(),
            whole("context_length", Bounds.CONTEXT));
    int heads = whole("attention.head_count", Bounds.HEADS);
    int keyHeads = wholeOr("attention.head_count_kv", Bounds.HEADS, heads);
    int head = wholeOr("attention.key_length", Bounds.WIDTH, dimensions.hidden() / heads);
    int value = wholeOr("attention.value_length", Bounds.WIDTH, head);
    if (value != head) {
      throw error(
          Rule.UNSUPPORTED, "attention.value_length: " + value + " (expected: " + head + ")");
    }
    int feedForward = whole("feed_forward_length", Bounds.WIDTH);
    Design.Widths widths = new Design.Widths(heads, keyHeads, head, feedForward);
    return Bounds.checked(
        path,
        new Design(
            family,
            dimensions,
            widths,
            attention(dimensions, widths),
            turning(head),
            scales(dimensions)));
  }

  private int vocabulary() throws IOException {
    Weight embedding = weights.get(WeightNames.EMBEDDING);
    if (embedding == null || embedding.shape().rank() != 2) {
      throw error(Rule.MISSING, WeightNames.EMBEDDING + ": none (expected: a matrix)");
    }
    return (int) Math.min(embedding.shape().dim(0), Integer.MAX_VALUE);
  }

  private Design.Attention attention(Dimensions dimensions, Design.Widths widths) {
    boolean gemma2 = family == Family.GEMMA2;
    double cap = numberOr("attn_logit_softcapping", gemma2 ? GEMMA_SOFT_CAP : 0);
    int window = (int) numberOr("attention.sliding_window", gemma2 ? GEMMA2_WINDOW : 0);
    boolean wide = isWideGemma(dimensions);
    double divisor = wide ? (double) dimensions.hidden() / widths.heads() : widths.head();
    double scale = numberOr("attention.scale", 1 / Math.sqrt(divisor));
    List<Boolean> local = new ArrayList<>();
    for (int i = 0; i < dimensions.layers(); i++) {
      local.add(family.isLocal(i));
    }
    return new Design.Attention((float) scale, (float) cap, window, List.copyOf(local));
  }

  // The largest Gemma of each generation scales by the width of its states, and the file does not
  // say so.
  private boolean isWideGemma(Dimensions dimensions) {
    return (family == Family.GEMMA2 && dimensions.layers() == 46)
        || (family == Family.GEMMA3 && dimensions.layers() == 62);
  }

  private Design.Turning turning(int head) throws IOException {
    int width = wholeOr("rope.dimension_count", Bounds.WIDTH, head);
    double base = numberOr("rope.freq_base", USUAL_BASE);
    Family.Pairing pairing = family.pairing();
    double magnitude = numberOr("rope.scaling.attn_factor", 1);
    Rotation everywhere = new Rotation(base, width, pairing, scaling(width), magnitude);
    if (family != Family.GEMMA3) {
      return new Design.Turning(everywhere, everywhere);
    }
    double localBase = numberOr("rope.freq_base_swa", USUAL_BASE);
    return new Design.Turning(
        everywhere, new Rotation(localBase, width, pairing, new Scaling.None(), 1));
  }

  private Scaling scaling(int width) throws IOException {
    double @Nullable [] factors = listed("rope_freqs.weight");
    double @Nullable [] shortFactors = listed("rope_factors_short.weight");
    Scaling scaling = linear();
    if (factors != null) {
      scaling = new Scaling.Listed(factors, null, Integer.MAX_VALUE);
    } else if (shortFactors != null) {
      scaling =
          new Scaling.Listed(
              shortFactors,
              listed("rope_factors_long.weight"),
              whole("rope.scaling.original_context_length", Bounds.CONTEXT));
    }
    if (scaling instanceof Scaling.Listed listed && !listed.fits(width / 2)) {
      throw error(Rule.SHAPE, "factors of the rotation (expected: " + width / 2 + ")");
    }
    return scaling;
  }

  private Scaling linear() throws IOException {
    String type = metadata.text(key("rope.scaling.type")).orElse("none");
    return switch (type) {
      case "none", "longrope" -> new Scaling.None();
      case "linear" -> new Scaling.Linear(numberOr("rope.scaling.factor", 1));
      default ->
          throw error(
              Rule.UNSUPPORTED,
              key("rope.scaling.type")
                  + ": "
                  + shown(type)
                  + " (expected: none, linear, longrope)");
    };
  }

  private double @Nullable [] listed(String name) throws IOException {
    Weight weight = weights.get(name);
    if (weight == null) {
      return null;
    }
    long count = weight.shape().elements();
    if (weight.type() != WeightType.F32 || count > Bounds.WIDTH) {
      throw error(
          Rule.TYPE, name + ": " + weight.type() + weight.shape() + " (expected: F32, few)");
    }
    double[] found = new double[(int) count];
    for (int i = 0; i < found.length; i++) {
      found[i] = Float.intBitsToFloat(weight.data().get(GgufValue.INT, 4L * i));
    }
    return found;
  }

  private Design.Scales scales(Dimensions dimensions) {
    double epsilon = numberOr("attention.layer_norm_rms_epsilon", USUAL_EPSILON);
    double cap = numberOr("final_logit_softcapping", family == Family.GEMMA2 ? GEMMA_LOGIT_CAP : 0);
    return new Design.Scales(
        (float) epsilon, Bounds.embeddingScale(family, dimensions), (float) cap);
  }

  private int whole(String name, int most) throws IOException {
    long found =
        metadata
            .whole(key(name))
            .orElseThrow(() -> error(Rule.MISSING, key(name) + ": none (expected: a number)"));
    return within(name, found, most);
  }

  private int wholeOr(String name, int most, int otherwise) throws IOException {
    return within(name, metadata.whole(key(name)).orElse((long) otherwise), most);
  }

  private int within(String name, long found, int most) throws IOException {
    if (found < 1 || found > most) {
      throw error(Rule.SHAPE, key(name) + ": " + found + " (expected: 1.." + most + ")");
    }
    return (int) found;
  }

  private double numberOr(String name, double otherwise) {
    return metadata.number(key(name)).orElse(otherwise);
  }

  private String key(String name) {
    return family.gguf() + "." + name;
  }

  private ModelFileException error(Rule rule, String problem) {
    return new ModelFileException(path, rule, problem);
  }
}
