package dev.myelin.engine.sample;

import org.jspecify.annotations.Nullable;

/// Draws a token as its options say.
final class ChanceSampler implements Sampler {
  private final SamplingOptions options;
  private final Recollection recollection;
  private final SeededGenerator generator;
  private final int[] biased;
  private final float[] biases;
  private @Nullable Candidates candidates;

  ChanceSampler(SamplingOptions options) {
    this.options = options;
    this.recollection = new Recollection(options.penalties());
    this.generator = new SeededGenerator(options.seed());
    this.biased = options.bias().keySet().stream().mapToInt(Integer::intValue).sorted().toArray();
    this.biases = new float[biased.length];
    for (int i = 0; i < biased.length; i++) {
      biases[i] = options.bias().getOrDefault(biased[i], 0.0).floatValue();
    }
  }

  @Override
  public int choose(float[] logits) {
    change(logits);
    int token =
        options.temperature() == 0
            ? GreedySampler.best(logits)
            : left(logits).at(generator.nextShare());
    chose(token);
    return token;
  }

  @Override
  public void saw(int token) {
    recollection.saw(token);
  }

  /// Counts the token as chosen.
  void chose(int token) {
    recollection.chose(token);
  }

  /// Returns what would be left to draw from; the logits are changed.
  Candidates distribution(float[] logits) {
    change(logits);
    return left(logits);
  }

  private void change(float[] logits) {
    for (int i = 0; i < biased.length; i++) {
      if (biased[i] >= logits.length) {
        throw new IllegalArgumentException(
            "bias of token: " + biased[i] + " (expected: < " + logits.length + ")");
      }
      logits[biased[i]] += biases[i];
    }
    recollection.penalise(logits);
  }

  private Candidates left(float[] logits) {
    Candidates left = candidates;
    if (left == null || left.capacity() != logits.length) {
      left = new Candidates(logits.length);
      candidates = left;
    }
    SamplingOptions.Cut cut = options.cut();
    left.gather(logits);
    if (cut.topK() > 0) {
      left.keepMost(cut.topK());
    }
    left.weigh(options.temperature());
    left.keepShare(cut.topP());
    if (cut.minP() > 0) {
      left.keepAbove(cut.minP());
    }
    return left;
  }
}
