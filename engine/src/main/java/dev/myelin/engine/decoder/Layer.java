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
  /// @param asked of queries, keys and values
  /// @param given of what is found, back to the width of a state
  record Attention(Norms norms, Matrices asked, Matrices given, Biases biases) {}

  /// The feed-forward's weights.
  ///
  /// @param widened of the gate and of what it lets through
  /// @param narrowed of both, back to the width of a state
  record Feed(Vector before, Matrices widened, Matrices narrowed, @Nullable Vector after) {}

  /// Matrices that are multiplied with the same numbers.
  static final class Matrices {
    final Packed[] all;

    Matrices(Packed... all) {
      this.all = all;
    }
  }

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
