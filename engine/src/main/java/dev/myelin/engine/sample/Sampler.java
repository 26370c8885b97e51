package dev.myelin.engine.sample;

/// Chooses the next token.
///
/// One sampler serves one answer: it may remember what it chose. Not for two threads at once.
public interface Sampler {
  /// Returns the token to go on with.
  ///
  /// @param logits one for each token of the vocabulary; borrowed, and the sampler may change them
  int choose(float[] logits);

  /// Tells a token that stands in the text though this sampler did not choose it, as those of the
  /// prompt do.
  void saw(int token);

  /// Returns a sampler that takes the most likely token, of equals the first.
  static Sampler greedy() {
    return new GreedySampler();
  }
}
