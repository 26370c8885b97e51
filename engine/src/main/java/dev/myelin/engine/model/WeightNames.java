package dev.myelin.engine.model;

import java.util.Map;
import java.util.Optional;

/// The names of weights: GGUF's, and those that safetensors have for them.
public final class WeightNames {
  /// The embedding.
  public static final String EMBEDDING = "token_embd.weight";

  /// The head; models without one use the embedding.
  public static final String HEAD = "output.weight";

  /// The last norm.
  public static final String LAST_NORM = "output_norm.weight";

  private static final String LAYERS = "model.layers.";
  private static final Map<String, String> OUTER =
      Map.of(
          "model.embed_tokens.weight", EMBEDDING,
          "model.norm.weight", LAST_NORM,
          "lm_head.weight", HEAD);
  private static final Map<String, String> PARTS =
      Map.ofEntries(
          Map.entry("input_layernorm", "attn_norm"),
          Map.entry("self_attn.q_proj", "attn_q"),
          Map.entry("self_attn.k_proj", "attn_k"),
          Map.entry("self_attn.v_proj", "attn_v"),
          Map.entry("self_attn.o_proj", "attn_output"),
          Map.entry("self_attn.qkv_proj", "attn_qkv"),
          Map.entry("self_attn.q_norm", "attn_q_norm"),
          Map.entry("self_attn.k_norm", "attn_k_norm"),
          Map.entry("pre_feedforward_layernorm", "ffn_norm"),
          Map.entry("post_feedforward_layernorm", "post_ffw_norm"),
          Map.entry("mlp.gate_proj", "ffn_gate"),
          Map.entry("mlp.up_proj", "ffn_up"),
          Map.entry("mlp.gate_up_proj", "ffn_up"),
          Map.entry("mlp.down_proj", "ffn_down"));

  private WeightNames() {}

  /// Returns the name of a part of a layer, as `blk.3.attn_q.weight`.
  public static String of(int layer, String part) {
    return "blk." + layer + "." + part;
  }

  /// Returns GGUF's name for one of safetensors; empty for weights that no family has.
  static Optional<String> fromSafetensors(Family family, String name) {
    if (!name.startsWith(LAYERS)) {
      return Optional.ofNullable(OUTER.get(name));
    }
    int dot = name.indexOf('.', LAYERS.length());
    int end = name.lastIndexOf('.');
    if (dot < 0 || end <= dot) {
      return Optional.empty();
    }
    String part = name.substring(dot + 1, end);
    // With norms after the blocks too, what others call so stands after the attention.
    String gguf =
        part.equals("post_attention_layernorm")
            ? (family.norms() == Family.Norms.ABOVE_ONE ? "post_attention_norm" : "ffn_norm")
            : PARTS.get(part);
    String layer = name.substring(LAYERS.length(), dot);
    return gguf == null
        ? Optional.empty()
        : Optional.of("blk." + layer + "." + gguf + name.substring(end));
  }

  /// Returns whether safetensors hold the weight less one.
  static boolean isNorm(String gguf) {
    return gguf.endsWith("norm.weight");
  }
}
