package dev.myelin.engine;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;

/// Runs one shard of a model: tokens or hidden states in, hidden states or logits out.
///
/// Shards compose: what one gives, the next takes, and the whole model gives the same bits as its
/// shards in a row on machines with the same kernels. An engine may be used by many threads;
/// [#forward] runs one batch at a time. The owner closes it.
///
/// ```
///   tokens I32[n] ──▶ embedding ─▶ layers ─▶ head ──▶ logits F32[answers, vocabulary]
///   hidden F32[n, hidden] ───────▶ layers ──────────▶ hidden F32[n, hidden]
/// ```
public interface Engine extends AutoCloseable {
  /// Returns what this engine holds.
  ShardSpec spec();

  /// Returns the extents of the whole model.
  Dimensions dimensions();

  /// Returns what this engine takes of memory.
  MemoryCost cost();

  /// Begins a sequence that remembers nothing yet; owned by the caller.
  ///
  /// @param capacity how many tokens it may come to remember; memory is taken as it grows
  /// @throws IllegalArgumentException if the capacity is not in 1 to the context of the model
  Sequence begin(int capacity);

  /// Runs the next tokens of some sequences, which remember them from now on.
  ///
  /// Borrows the batch and the output and is finished with both when it returns. Waits for a batch
  /// that another thread runs, as long as that takes; an interrupt changes nothing. After a failure
  /// the sequences remember what they did before.
  ///
  /// @param output F32 of [#outputShape], written row by row
  /// @throws IllegalArgumentException if the input or the output is of another type or shape, a
  ///   token is not of the vocabulary, a sequence is of another engine or would outgrow its
  ///   capacity
  void forward(Batch batch, Tensor output);

  /// Ends all sequences and gives the memory back. Twice is harmless.
  @Override
  void close();

  /// Returns the extents of what [#forward] writes: `[tokens, hidden]`, or `[answers, vocabulary]`
  /// if logits come out.
  default Shape outputShape(Batch batch) {
    return switch (spec().output()) {
      case HIDDEN -> Shape.of(batch.tokens(), dimensions().hidden());
      case LOGITS -> Shape.of(batch.answers(), dimensions().vocabulary());
    };
  }

  /// Returns the extents that the input of so many tokens has: `[tokens]` or `[tokens, hidden]`.
  default Shape inputShape(int tokens) {
    return switch (spec().input()) {
      case TOKENS -> Shape.of(tokens);
      case HIDDEN -> Shape.of(tokens, dimensions().hidden());
    };
  }

  /// Returns the element type of the input.
  default DType inputType() {
    return spec().input() == ShardSpec.Input.TOKENS ? DType.I32 : DType.F32;
  }
}
