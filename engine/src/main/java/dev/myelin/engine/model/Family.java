package dev.myelin.engine.model;

import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The families of models that an engine runs, and in what they differ.
///
/// All are decoders of one form: norm, attention with rotated keys, norm, gated feed-forward. What
/// a weight tells by being there (biases, norms of queries and keys, norms after a block, fused
/// projections, factors of the rotation) stands in no column.
///
/// | column | says |
/// |---|---|
/// | gguf | `general.architecture` in GGUF |
/// | config | `model_type` in `config.json` |
/// | gate | the function on the gate of the feed-forward |
/// | norms | whether safetensors hold the norm's weight or what it exceeds one by |
/// | embedding | whether embeddings are multiplied by the root of their width |
/// | pairing | which elements the rotation pairs in GGUF; in safetensors it is always halves |
/// | pattern | of how many layers the last sees everything if there is a window; 0: none does |
public enum Family {
  LLAMA("llama", "llama", Gate.SILU, Norms.PLAIN, Embedding.PLAIN, Pairing.NEIGHBOURS, 0),
  MISTRAL("mistral", "mistral", Gate.SILU, Norms.PLAIN, Embedding.PLAIN, Pairing.NEIGHBOURS, 0),
  QWEN2("qwen2", "qwen2", Gate.SILU, Norms.PLAIN, Embedding.PLAIN, Pairing.HALVES, 0),
  QWEN3("qwen3", "qwen3", Gate.SILU, Norms.PLAIN, Embedding.PLAIN, Pairing.HALVES, 0),
  GEMMA2("gemma2", "gemma2", Gate.GELU, Norms.ABOVE_ONE, Embedding.SCALED, Pairing.HALVES, 2),
  GEMMA3("gemma3", "gemma3_text", Gate.GELU, Norms.ABOVE_ONE, Embedding.SCALED, Pairing.HALVES, 6),
  PHI3("phi3", "phi3", Gate.SILU, Norms.PLAIN, Embedding.PLAIN, Pairing.HALVES, 0);

  /// The function on the gate of a feed-forward.
  public enum Gate {
    /// `x / (1 + exp(-x))`.
    SILU,
    /// The Gaussian error unit, by its tangent.
    GELU
  }

  /// What safetensors hold of a norm.
  public enum Norms {
    /// The weight.
    PLAIN,
    /// The weight less one.
    ABOVE_ONE
  }

  /// What is done to an embedding.
  public enum Embedding {
    /// Nothing.
    PLAIN,
    /// It is multiplied by the root of its width.
    SCALED
  }

  /// Which elements of a head are rotated together.
  public enum Pairing {
    /// Each even one with the one after it.
    NEIGHBOURS,
    /// Each of the first half with that of the second.
    HALVES
  }

  private final String gguf;
  private final String config;
  private final Gate gate;
  private final Norms norms;
  private final Embedding embedding;
  private final Pairing pairing;
  private final int pattern;

  @SuppressWarnings("checkstyle:ParameterNumber") // One column of the table each.
  Family(
      String gguf,
      String config,
      Gate gate,
      Norms norms,
      Embedding embedding,
      Pairing pairing,
      int pattern) {
    this.gguf = gguf;
    this.config = config;
    this.gate = gate;
    this.norms = norms;
    this.embedding = embedding;
    this.pairing = pairing;
    this.pattern = pattern;
  }

  /// Returns the family of that `general.architecture`.
  public static Optional<Family> ofGguf(String architecture) {
    return Stream.of(values()).filter(each -> each.gguf.equals(architecture)).findFirst();
  }

  /// Returns the family of that `model_type`.
  public static Optional<Family> ofConfig(String modelType) {
    return Stream.of(values()).filter(each -> each.config.equals(modelType)).findFirst();
  }

  /// Returns the name in GGUF, before the keys of its metadata too.
  public String gguf() {
    return gguf;
  }

  /// Returns the function on the gate of the feed-forward.
  public Gate gate() {
    return gate;
  }

  /// Returns what is done to an embedding.
  public Embedding embedding() {
    return embedding;
  }

  Norms norms() {
    return norms;
  }

  Pairing pairing() {
    return pairing;
  }

  /// Returns whether the layer sees a window only, in a model that has one.
  boolean isLocal(int layer) {
    return pattern == 0 || (layer + 1) % pattern != 0;
  }

  static Set<String> supported() {
    return Stream.of(values()).map(Family::gguf).collect(Collectors.toCollection(TreeSet::new));
  }
}
