package dev.myelin.engine.model;

import dev.myelin.engine.Dimensions;
import dev.myelin.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongConsumer;

/// Reads every number of a model, and says what is wrong with it.
///
/// What a file's header gets wrong (lengths, overlaps, what lies outside of the file) ends
/// [Model#open] already.
public final class ModelCheck {
  private static final int PIECE = 1 << 16;

  private final Model model;
  private final List<String> findings = new ArrayList<>();
  private final float[] numbers = new float[PIECE];
  private long read;

  private ModelCheck(Model model) {
    this.model = model;
  }

  /// Returns what is wrong, a line each; nothing if all is as it should be.
  ///
  /// @param progress is told how many bytes of weights are read
  public static List<String> findings(Model model, LongConsumer progress) {
    Objects.requireNonNull(progress, "progress");
    ModelCheck check = new ModelCheck(model);
    check.outer();
    for (int i = 0; i < model.dimensions().layers(); i++) {
      check.layer(i);
    }
    check.vocabulary();
    for (Weight each : model.weights()) {
      check.numbers(each, progress);
    }
    return List.copyOf(check.findings);
  }

  private void outer() {
    Dimensions dimensions = model.dimensions();
    Shape shape = Shape.of(dimensions.vocabulary(), dimensions.hidden());
    require(WeightNames.EMBEDDING, shape);
    require(WeightNames.LAST_NORM, Shape.of(dimensions.hidden()));
    if (model.find(WeightNames.HEAD).isPresent()) {
      require(WeightNames.HEAD, shape);
    }
  }

  private void layer(int i) {
    Design.Widths widths = model.design().widths();
    int hidden = model.dimensions().hidden();
    int queries = widths.heads() * widths.head();
    int keys = widths.keyHeads() * widths.head();
    require(WeightNames.of(i, "attn_norm.weight"), Shape.of(hidden));
    require(WeightNames.of(i, "ffn_norm.weight"), Shape.of(hidden));
    require(WeightNames.of(i, "attn_output.weight"), Shape.of(hidden, queries));
    require(WeightNames.of(i, "ffn_down.weight"), Shape.of(hidden, widths.feedForward()));
    String fused = WeightNames.of(i, "attn_qkv.weight");
    if (model.find(fused).isPresent()) {
      require(fused, Shape.of(queries + 2L * keys, hidden));
    } else {
      require(WeightNames.of(i, "attn_q.weight"), Shape.of(queries, hidden));
      require(WeightNames.of(i, "attn_k.weight"), Shape.of(keys, hidden));
      require(WeightNames.of(i, "attn_v.weight"), Shape.of(keys, hidden));
    }
    String gate = WeightNames.of(i, "ffn_gate.weight");
    boolean apart = model.find(gate).isPresent();
    if (apart) {
      require(gate, Shape.of(widths.feedForward(), hidden));
    }
    require(
        WeightNames.of(i, "ffn_up.weight"),
        Shape.of((apart ? 1L : 2L) * widths.feedForward(), hidden));
  }

  private void require(String name, Shape shape) {
    Weight found = model.find(name).orElse(null);
    if (found == null) {
      findings.add(name + ": none (expected: " + shape + ")");
    } else if (!found.shape().equals(shape)) {
      findings.add(name + ": " + found.shape() + " (expected: " + shape + ")");
    }
  }

  private void vocabulary() {
    String key = "tokenizer.ggml.tokens";
    int rows = model.dimensions().vocabulary();
    model
        .metadata()
        .texts(key)
        .filter(tokens -> tokens.size() != rows)
        .ifPresent(
            tokens -> findings.add(key + ": " + tokens.size() + " (expected: " + rows + ")"));
  }

  private void numbers(Weight weight, LongConsumer progress) {
    int bytesPerBlock = weight.type().bytesPerBlock();
    int elements = weight.type().elementsPerBlock();
    long step = (long) PIECE / elements * bytesPerBlock;
    MemorySegment data = weight.data();
    long strange = 0;
    long first = -1;
    for (long at = 0; at < data.byteSize(); at += step) {
      long bytes = Math.min(step, data.byteSize() - at);
      BlockReader.read(weight.type(), data.asSlice(at, bytes), numbers);
      int count = (int) (bytes / bytesPerBlock * elements);
      for (int i = 0; i < count; i++) {
        if (!Float.isFinite(numbers[i])) {
          strange++;
          first = first < 0 ? at / bytesPerBlock * elements + i : first;
        }
      }
      read += bytes;
      progress.accept(read);
    }
    if (strange > 0) {
      findings.add(
          (weight.name() + ": " + strange + " of " + weight.shape().elements())
              + (" numbers are infinite or none, the first at " + first)
              + " (expected: finite)");
    }
  }
}
