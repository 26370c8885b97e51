package dev.myelin.engine.sample;

import java.util.Objects;

/// Chooses the next token.
///
/// A logit that is NaN or negative infinity is never chosen; where some are positive infinity, one
/// of them is. One sampler serves one answer: it may remember what it chose. Not for two threads at
/// once.
public interface Sampler {
  /// Returns the token to go on with.
  ///
  /// @param logits one for each token of the vocabulary; borrowed, and the sampler may change them
  /// @throws IllegalArgumentException if no logit is a number above negative infinity
  int choose(float[] logits);

  /// Tells a token that stands in the text though this sampler did not choose it, as those of the
  /// prompt do.
  void saw(int token);

  /// Returns a sampler that takes the most likely token, of equals the first.
  static Sampler greedy() {
    return new GreedySampler();
  }

  /// Returns a sampler that draws as the options say.
  ///
  /// From its second token on it allocates nothing but, now and then, room for a longer text.
  static Sampler of(SamplingOptions options) {
    Objects.requireNonNull(options, "options");
    return new ChanceSampler(options);
  }
}
