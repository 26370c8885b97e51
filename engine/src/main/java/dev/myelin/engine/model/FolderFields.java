package dev.myelin.engine.model;

import dev.myelin.engine.Dimensions;
import dev.myelin.engine.model.Rotation.Scaling;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/// What a folder of safetensors says of its model, as the metadata of a GGUF file.
final class FolderFields {
  private final Design design;
  private final GgufFields fields = new GgufFields();
  private final String prefix;

  private FolderFields(Design design) {
    this.design = design;
    this.prefix = architecture(design.family()) + ".";
  }

  static GgufFields of(Model model) throws IOException {
    FolderFields fields = new FolderFields(model.design());
    fields.fields.text("general.architecture", architecture(model.design().family()));
    fields.fields.text("general.name", model.name());
    model.licence().ifPresent(name -> fields.fields.text("general.license", name));
    fields.extents();
    fields.attention();
    fields.turning();
    TokenizerFields.add(model.path(), model.dimensions().vocabulary(), fields.fields);
    return fields.fields;
  }

  /// Returns the factors of the rotation that GGUF holds as weights, by name.
  static Map<String, float[]> factors(Design design) {
    Map<String, float[]> factors = new LinkedHashMap<>();
    Rotation rotation = design.turning().everywhere();
    switch (rotation.scaling()) {
      case Scaling.None _, Scaling.Linear _ -> {}
      case Scaling.Banded _ -> factors.put("rope_freqs.weight", divisors(rotation));
      case Scaling.Listed listed -> {
        factors.put("rope_factors_long.weight", floats(listed.longFactors()));
        factors.put("rope_factors_short.weight", floats(listed.factors()));
      }
    }
    return factors;
  }

  // llama.cpp runs Mistral as Llama with a window.
  private static String architecture(Family family) {
    return family == Family.MISTRAL ? Family.LLAMA.gguf() : family.gguf();
  }

  private void extents() {
    Dimensions dimensions = design.dimensions();
    Design.Widths widths = design.widths();
    whole("block_count", dimensions.layers());
    whole("context_length", dimensions.context());
    whole("embedding_length", dimensions.hidden());
    whole("feed_forward_length", widths.feedForward());
    whole("attention.head_count", widths.heads());
    whole("attention.head_count_kv", widths.keyHeads());
    whole("attention.key_length", widths.head());
    whole("attention.value_length", widths.head());
    whole("vocab_size", dimensions.vocabulary());
    number("attention.layer_norm_rms_epsilon", design.scales().epsilon());
  }

  private void attention() {
    Design.Attention attention = design.attention();
    if (attention.window() > 0) {
      whole("attention.sliding_window", attention.window());
    }
    float usual = (float) (1 / Math.sqrt(design.widths().head()));
    if (attention.scale() != usual) {
      number("attention.scale", attention.scale());
    }
    // Families with caps have others by default, so that none has to be said too.
    if (attention.cap() > 0 || design.family() == Family.GEMMA2) {
      number("attn_logit_softcapping", attention.cap());
    }
    if (design.scales().logitCap() > 0 || design.family() == Family.GEMMA2) {
      number("final_logit_softcapping", design.scales().logitCap());
    }
  }

  private void turning() {
    Rotation rotation = design.turning().everywhere();
    whole("rope.dimension_count", rotation.width());
    number("rope.freq_base", rotation.base());
    if (design.family() == Family.GEMMA3) {
      number("rope.freq_base_swa", design.turning().local().base());
    }
    switch (rotation.scaling()) {
      case Scaling.None _, Scaling.Banded _ -> {}
      case Scaling.Linear(double factor) -> {
        fields.text(prefix + "rope.scaling.type", "linear");
        number("rope.scaling.factor", factor);
      }
      case Scaling.Listed listed -> {
        fields.text(prefix + "rope.scaling.type", "longrope");
        whole("rope.scaling.original_context_length", listed.original());
        number("rope.scaling.attn_factor", rotation.magnitude());
      }
    }
  }

  private static float[] divisors(Rotation rotation) {
    Rotation plain =
        new Rotation(rotation.base(), rotation.width(), rotation.pairing(), new Scaling.None(), 1);
    float[] from = plain.frequencies(0);
    float[] to = rotation.frequencies(0);
    float[] divisors = new float[from.length];
    for (int i = 0; i < divisors.length; i++) {
      divisors[i] = from[i] / to[i];
    }
    return divisors;
  }

  private static float[] floats(double[] numbers) {
    float[] floats = new float[numbers.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) numbers[i];
    }
    return floats;
  }

  private void whole(String key, int value) {
    fields.whole(prefix + key, value);
  }

  private void number(String key, double value) {
    fields.number(prefix + key, value);
  }
}
