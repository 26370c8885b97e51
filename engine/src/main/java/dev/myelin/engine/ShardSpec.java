package dev.myelin.engine;

/// What an engine shall hold: the layers of a shard, what goes in before them, and what comes out
/// after them.
public record ShardSpec(Shard shard, Input input, Output output) {
  /// What goes in.
  public enum Input {
    /// Token ids, I32; the engine holds the embedding.
    TOKENS,
    /// Hidden states, F32, as another shard hands them over.
    HIDDEN
  }

  /// What comes out.
  public enum Output {
    /// Hidden states, F32, one row for each token that went in.
    HIDDEN,
    /// Logits, F32, one row for each answer that the batch asks for; the engine holds the head.
    LOGITS
  }

  /// @throws IllegalArgumentException if tokens go into a later layer than the first, or logits
  ///   come out of an earlier one than the last
  public ShardSpec {
    if (input == Input.TOKENS && !shard.isFirst()) {
      throw new IllegalArgumentException(
          "input: TOKENS into layer " + shard.firstLayer() + " (expected: HIDDEN)");
    }
    if (output == Output.LOGITS && !shard.isLast()) {
      throw new IllegalArgumentException(
          ("output: LOGITS of layer " + (shard.endLayer() - 1))
              + (" of " + shard.layers() + " (expected: HIDDEN)"));
    }
  }

  /// Returns the natural ends of a shard: the embedding before the first layer, the head after the
  /// last.
  public static ShardSpec of(Shard shard) {
    return new ShardSpec(
        shard,
        shard.isFirst() ? Input.TOKENS : Input.HIDDEN,
        shard.isLast() ? Output.LOGITS : Output.HIDDEN);
  }
}
