package dev.myelin.engine.decoder;

import dev.myelin.engine.Dimensions;
import dev.myelin.engine.ShardSpec;
import dev.myelin.engine.WeightType;
import dev.myelin.engine.decoder.Layer.Matrices;
import dev.myelin.engine.decoder.Layer.Vector;
import dev.myelin.engine.kernel.Kernels;
import dev.myelin.engine.kernel.Packed;
import dev.myelin.engine.kernel.Team;
import dev.myelin.engine.model.Design;
import dev.myelin.engine.model.Model;
import dev.myelin.engine.model.ModelFileException;
import dev.myelin.engine.model.Weight;
import dev.myelin.engine.model.WeightNames;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// Brings the weights of a shard from the files of a model into an engine.
final class Loader {
  private final Model model;
  private final ShardSpec spec;
  private final Dimensions dimensions;
  private final Design.Widths widths;
  private final Kernels kernels;
  private final Team team;
  private final Arena arena;
  private final LongConsumer progress;
  private long packed;

  Loader(Model model, ShardSpec spec, Hardware hardware, LongConsumer progress) {
    this.model = model;
    this.spec = spec;
    this.dimensions = model.dimensions();
    this.widths = model.design().widths();
    this.kernels = hardware.kernels();
    this.team = hardware.team();
    this.arena = hardware.arena();
    this.progress = progress;
  }

  /// Returns how many bytes the packed weights of a shard take.
  static long bytes(Model model, ShardSpec spec, int lanes) {
    long sum = 0;
    for (Weight each : model.weights()) {
      boolean head = each.name().equals(WeightNames.EMBEDDING) && isHeadOnly(model, spec);
      if (each.shape().rank() == 2 && Model.isOf(spec, each.name()) && !head) {
        int rows = Math.toIntExact(each.shape().dim(0));
        int columns = Math.toIntExact(each.shape().dim(1));
        sum += Packed.bytes(each.type(), rows, columns, lanes);
      }
    }
    return sum;
  }

  /// Returns the types of the matrices of a shard.
  static Set<WeightType> types(Model model, ShardSpec spec) {
    Set<WeightType> types = EnumSet.noneOf(WeightType.class);
    for (Weight each : model.weights()) {
      if (each.shape().rank() == 2 && Model.isOf(spec, each.name())) {
        types.add(each.type());
      }
    }
    return types;
  }

  private static boolean isHeadOnly(Model model, ShardSpec spec) {
    return spec.input() == ShardSpec.Input.HIDDEN && model.find(WeightNames.HEAD).isPresent();
  }

  List<Layer> layers() throws ModelFileException {
    List<Layer> layers = new ArrayList<>();
    for (int i = spec.shard().firstLayer(); i < spec.shard().endLayer(); i++) {
      layers.add(new Layer(attention(i), feed(i)));
    }
    return layers;
  }

  /// Returns the embedding, if tokens go in.
  @Nullable Packed embedding() throws ModelFileException {
    return spec.input() == ShardSpec.Input.TOKENS ? vocabulary(WeightNames.EMBEDDING) : null;
  }

  /// Returns the head, if logits come out; the embedding again if the model has no other.
  @Nullable Packed head(@Nullable Packed embedding) throws ModelFileException {
    if (spec.output() != ShardSpec.Output.LOGITS) {
      return null;
    }
    if (model.find(WeightNames.HEAD).isPresent()) {
      return vocabulary(WeightNames.HEAD);
    }
    return embedding != null ? embedding : vocabulary(WeightNames.EMBEDDING);
  }

  /// Returns the last norm, if logits come out.
  @Nullable Vector lastNorm() throws ModelFileException {
    return spec.output() == ShardSpec.Output.LOGITS
        ? new Vector(model.numbers(WeightNames.LAST_NORM, dimensions.hidden()))
        : null;
  }

  private Packed vocabulary(String name) throws ModelFileException {
    return packed(name, dimensions.vocabulary(), dimensions.hidden());
  }

  private Layer.Attention attention(int i) throws ModelFileException {
    int queries = widths.heads() * widths.head();
    int keys = widths.keyHeads() * widths.head();
    int hidden = dimensions.hidden();
    Matrices given = new Matrices(packed(WeightNames.of(i, "attn_output.weight"), hidden, queries));
    Layer.Norms norms =
        new Layer.Norms(
            new Vector(model.numbers(WeightNames.of(i, "attn_norm.weight"), hidden)),
            optional(WeightNames.of(i, "attn_q_norm.weight"), widths.head()),
            optional(WeightNames.of(i, "attn_k_norm.weight"), widths.head()),
            optional(WeightNames.of(i, "post_attention_norm.weight"), hidden));
    Layer.Biases biases =
        new Layer.Biases(
            optional(WeightNames.of(i, "attn_q.bias"), queries),
            optional(WeightNames.of(i, "attn_k.bias"), keys),
            optional(WeightNames.of(i, "attn_v.bias"), keys),
            optional(WeightNames.of(i, "attn_output.bias"), hidden));
    String fused = WeightNames.of(i, "attn_qkv.weight");
    if (model.find(fused).isPresent()) {
      Packed.Rows rows = rows(fused, queries + 2 * keys, hidden);
      Matrices asked =
          new Matrices(
              packed(rows.part(0, queries)),
              packed(rows.part(queries, queries + keys)),
              packed(rows.part(queries + keys, queries + 2 * keys)));
      return new Layer.Attention(norms, asked, given, biases);
    }
    Matrices asked =
        new Matrices(
            packed(WeightNames.of(i, "attn_q.weight"), queries, hidden),
            packed(WeightNames.of(i, "attn_k.weight"), keys, hidden),
            packed(WeightNames.of(i, "attn_v.weight"), keys, hidden));
    return new Layer.Attention(norms, asked, given, biases);
  }

  private Layer.Feed feed(int i) throws ModelFileException {
    int hidden = dimensions.hidden();
    int width = widths.feedForward();
    Vector before = new Vector(model.numbers(WeightNames.of(i, "ffn_norm.weight"), hidden));
    Vector after = optional(WeightNames.of(i, "post_ffw_norm.weight"), hidden);
    Matrices down = new Matrices(packed(WeightNames.of(i, "ffn_down.weight"), hidden, width));
    String up = WeightNames.of(i, "ffn_up.weight");
    String gate = WeightNames.of(i, "ffn_gate.weight");
    if (model.find(gate).isPresent()) {
      Matrices both = new Matrices(packed(gate, width, hidden), packed(up, width, hidden));
      return new Layer.Feed(before, both, down, after);
    }
    Packed.Rows fused = rows(up, 2 * width, hidden);
    Matrices both =
        new Matrices(packed(fused.part(0, width)), packed(fused.part(width, 2 * width)));
    return new Layer.Feed(before, both, down, after);
  }

  private @Nullable Vector optional(String name, int length) throws ModelFileException {
    return model.find(name).isPresent() ? new Vector(model.numbers(name, length)) : null;
  }

  private Packed packed(String name, int rows, int columns) throws ModelFileException {
    return packed(rows(name, rows, columns));
  }

  private Packed packed(Packed.Rows rows) {
    return Packed.of(rows, kernels.lanes(), arena, team, this::tell);
  }

  private void tell(long more) {
    packed += more;
    progress.accept(packed);
  }

  private Packed.Rows rows(String name, int rows, int columns) throws ModelFileException {
    Weight weight = model.matrix(name, rows, columns);
    return new Packed.Rows(weight.type(), weight.data(), rows, columns);
  }
}
