package dev.myelin.engine.decoder;

import dev.myelin.engine.kernel.Packed;
import org.jspecify.annotations.Nullable;

/// The weights of one layer.
///
/// @param attention before and within the attention
/// @param feed before and within the feed-forward
record Layer(Attention attention, Feed feed) {
  /// The attention's weights.
  ///
  /// @param norms before it, of queries, of keys, and after it; only the first is in every family
  record Attention(
      Norms norms, Packed query, Packed key, Packed value, Packed output, Biases biases) {}

  /// The feed-forward's weights.
  record Feed(Vector before, Packed gate, Packed up, Packed down, @Nullable Vector after) {}

  /// The norms around and within an attention.
  record Norms(
      Vector before, @Nullable Vector query, @Nullable Vector key, @Nullable Vector after) {}

  /// What is added to the products of an attention.
  record Biases(
      @Nullable Vector query,
      @Nullable Vector key,
      @Nullable Vector value,
      @Nullable Vector output) {}

  /// Numbers that are not packed.
  static final class Vector {
    final float[] numbers;

    Vector(float[] numbers) {
      this.numbers = numbers;
    }
  }
}
