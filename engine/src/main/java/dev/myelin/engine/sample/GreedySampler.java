package dev.myelin.engine.sample;

/// Takes the most likely token, of equals the first.
final class GreedySampler implements Sampler {
  @Override
  public int choose(float[] logits) {
    return best(logits);
  }

  @Override
  public void saw(int token) {
    // What was said before changes nothing here.
  }

  static int best(float[] logits) {
    int best = -1;
    float most = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < logits.length; i++) {
      if (logits[i] > most) { // no NaN is
        best = i;
        most = logits[i];
      }
    }
    if (best < 0) {
      throw new IllegalArgumentException(
          "logits: no number above -Infinity among " + logits.length + " (expected: at least one)");
    }
    return best;
  }
}
