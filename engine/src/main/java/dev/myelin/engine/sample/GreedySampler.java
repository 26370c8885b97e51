package dev.myelin.engine.sample;

/// Takes the most likely token, of equals the first.
final class GreedySampler implements Sampler {
  @Override
  public int choose(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return best;
  }

  @Override
  public void saw(int token) {
    // What was said before changes nothing here.
  }
}
