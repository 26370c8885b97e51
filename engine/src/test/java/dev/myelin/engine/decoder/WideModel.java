package dev.myelin.engine.decoder;

import dev.myelin.engine.WeightType;
import dev.myelin.engine.model.Conversion;
import dev.myelin.engine.model.Model;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.SafetensorsFile;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// A model with rows of 256 numbers, which every type of weight divides, drawn from a seed: the
/// same bytes on every machine.
///
/// Its numbers are small, so that a wrong epsilon is seen, and its attention is sharp, so that a
/// wrong position is.
final class WideModel {
  static final int VOCABULARY = 128;
  static final int[] TOKENS =
      IntStream.range(0, 48).map(i -> (i * 37 + i * i) % VOCABULARY).toArray();

  private static final int WIDTH = 256;
  private static final int LAYERS = 4;
  private static final Map<String, String> CONFIGS =
      Map.of(
          "llama3",
          """
          {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu",
           "rms_norm_eps": 1e-4, "rope_parameters": {"rope_type": "llama3", "factor": 8.0,
           "low_freq_factor": 1.0, "high_freq_factor": 4.0, "rope_theta": 10000.0,
           "original_max_position_embeddings": 32},\
          """,
          "gemma2",
          """
          {"architectures": ["Gemma2ForCausalLM"], "model_type": "gemma2",
           "hidden_activation": "gelu_pytorch_tanh", "rms_norm_eps": 1e-3, "sliding_window": 16,
           "attn_logit_softcapping": 2.0, "final_logit_softcapping": 0.8,
           "query_pre_attn_scalar": 64,
           "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0},\
          """);
  private static final String SIZES =
      """

       "vocab_size": 128, "hidden_size": 256, "intermediate_size": 256, "num_hidden_layers": 4,
       "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 64,
       "max_position_embeddings": 256, "tie_word_embeddings": true, "bos_token_id": 1,
       "eos_token_id": 2}
      """;

  private final SplittableRandom random = new SplittableRandom(7);
  private final Map<String, Tensor> weights = new LinkedHashMap<>();
  private final Arena arena;
  private final boolean gemma;
  // Norms stand around one; those of Gemma say what is added to it.
  private final double norms;

  private WideModel(Arena arena, boolean gemma) {
    this.arena = arena;
    this.gemma = gemma;
    this.norms = gemma ? 0 : 1;
  }

  /// Writes the model of a family as a GGUF file, with what its design says replaced.
  static Path write(Path folder, String family, WeightType type, String what, String instead)
      throws IOException {
    String config = (CONFIGS.get(family) + SIZES).replace(what, instead);
    // The name of this folder becomes that of the model.
    Path parts = Files.createDirectories(folder.resolve(family));
    Files.writeString(parts.resolve("config.json"), config);
    Files.writeString(parts.resolve("tokenizer.json"), vocabulary());
    try (Arena arena = Arena.ofConfined()) {
      WideModel made = new WideModel(arena, family.equals("gemma2"));
      made.draw();
      SafetensorsFile.write(parts.resolve("model.safetensors"), made.weights, Map.of());
    }
    Path file = folder.resolve(family + "-" + type + ".gguf");
    try (Model model = Model.open(parts)) {
      Conversion.of(model, type).write(file, _ -> {});
    }
    return file;
  }

  // llama.cpp opens no model without a vocabulary.
  private static String vocabulary() {
    String words =
        IntStream.range(0, VOCABULARY - 3)
            .mapToObj(i -> ", \"t" + i + "\": " + (i + 3))
            .collect(Collectors.joining());
    return """
    {"pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false},
     "decoder": {"type": "ByteLevel"},
     "model": {"type": "BPE", "merges": [["a", "b"]], "vocab": {"a": 0, "b": 1, "ab": 2%s}}}
    """
        .formatted(words);
  }

  private void draw() {
    add("model.embed_tokens.weight", 0.03, VOCABULARY, WIDTH);
    add("model.norm.weight", 0.3, WIDTH);
    for (int i = 0; i < LAYERS; i++) {
      String layer = "model.layers." + i + ".";
      add(layer + "self_attn.q_proj.weight", 0.07, WIDTH, WIDTH);
      add(layer + "self_attn.k_proj.weight", 0.07, WIDTH / 2, WIDTH);
      add(layer + "self_attn.v_proj.weight", 0.06, WIDTH / 2, WIDTH);
      add(layer + "self_attn.o_proj.weight", 0.004, WIDTH, WIDTH);
      add(layer + "mlp.gate_proj.weight", 0.06, WIDTH, WIDTH);
      add(layer + "mlp.up_proj.weight", 0.06, WIDTH, WIDTH);
      add(layer + "mlp.down_proj.weight", 0.004, WIDTH, WIDTH);
      add(layer + "input_layernorm.weight", 0.3, WIDTH);
      add(layer + "post_attention_layernorm.weight", 0.3, WIDTH);
      if (gemma) {
        add(layer + "pre_feedforward_layernorm.weight", 0.3, WIDTH);
        add(layer + "post_feedforward_layernorm.weight", 0.3, WIDTH);
      }
    }
  }

  private void add(String name, double deviation, long... dims) {
    Shape shape = Shape.of(dims);
    MemorySegment memory = arena.allocate(DType.F32.bytesFor(shape.elements()), 64);
    double widest = deviation * Math.sqrt(3);
    double middle = dims.length == 1 ? norms : 0;
    for (long i = 0; i < shape.elements(); i++) {
      float value = (float) (middle + random.nextDouble(-widest, widest));
      memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
    }
    weights.put(name, Tensor.wrap(DType.F32, shape, memory));
  }
}
