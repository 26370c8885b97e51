package dev.myelin.engine.sample;

import java.util.Arrays;

/// The tokens that are left to draw from, in the order of their ids, with their weights.
///
/// Fewer are left by finding the least score that stays, digit by digit as in a radix sort, so that
/// nothing is sorted: what begins with less than the digits found so far is dropped after each.
/// Made once for a vocabulary.
final class Candidates {
  private static final int[] SHIFTS = {21, 10, 0};
  private static final int[] WIDTHS = {11, 11, 10};

  private final int[] ids;
  private final float[] scores;
  private final double[] weights;
  private final double[] bins = new double[1 << 11];
  private int count;
  private double total;

  Candidates(int vocabulary) {
    this.ids = new int[vocabulary];
    this.scores = new float[vocabulary];
    this.weights = new double[vocabulary];
  }

  int capacity() {
    return ids.length;
  }

  int count() {
    return count;
  }

  /// Takes all tokens that have a number above negative infinity.
  ///
  /// @throws IllegalArgumentException if none has
  void gather(float[] logits) {
    int found = 0;
    for (int i = 0; i < logits.length; i++) {
      ids[found] = i;
      scores[found] = logits[i] + 0f; // of two zeros one
      found += logits[i] > Float.NEGATIVE_INFINITY ? 1 : 0; // no NaN is
    }
    count = found;
    if (found == 0) {
      throw new IllegalArgumentException(
          "logits: no number above -Infinity among " + logits.length + " (expected: at least one)");
    }
  }

  /// Leaves the most likely tokens, at most so many.
  void keepMost(int most) {
    if (most < count) {
      Arrays.fill(weights, 0, count, 1);
      keep(most);
    }
  }

  /// Weighs each token against the most likely one, which weighs 1.
  void weigh(double temperature) {
    float best = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < count; i++) {
      best = Math.max(best, scores[i]);
    }
    if (best == Float.POSITIVE_INFINITY) {
      for (int i = 0; i < count; i++) {
        weights[i] = scores[i] == best ? 1 : 0;
      }
    } else {
      for (int i = 0; i < count; i++) {
        weights[i] = Exponential.of(((double) scores[i] - best) / temperature);
      }
    }
    sum();
  }

  /// Leaves the fewest of the likeliest tokens that have this share together.
  void keepShare(double share) {
    if (share < 1) {
      keep(share * total);
      sum();
    }
  }

  /// Leaves the tokens that weigh at least so much.
  void keepAbove(double least) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
      if (weights[i] >= least) {
        move(i, kept++);
      }
    }
    count = kept;
    sum();
  }

  /// Returns the token at this share of the weights.
  int at(double share) {
    double rest = share * total;
    int last = 0;
    for (int i = 0; i < count; i++) {
      if (weights[i] > 0) {
        last = i;
        rest -= weights[i];
      }
      if (rest < 0) {
        return ids[i];
      }
    }
    return ids[last]; // sums are rounded
  }

  /// Returns how likely a token is to be drawn.
  double share(int token) {
    int at = Arrays.binarySearch(ids, 0, count, token);
    return at < 0 ? 0 : weights[at] / total;
  }

  /// Leaves the likeliest tokens until their weights reach the limit.
  private void keep(double limit) {
    double above = 0;
    int prefix = 0;
    for (int digit = 0; digit < SHIFTS.length; digit++) {
      count(digit, prefix);
      int bin = (1 << WIDTHS[digit]) - 1;
      while (bin > 0 && above + bins[bin] < limit) {
        above += bins[bin--];
      }
      prefix = prefix << WIDTHS[digit] | bin;
      drop(prefix, SHIFTS[digit]);
    }
    int kept = 0;
    for (int i = 0; i < count; i++) {
      int order = Integer.compareUnsigned(key(scores[i]), prefix);
      boolean stays = order > 0 || (order == 0 && above < limit);
      if (order == 0 && stays) {
        above += weights[i];
      }
      if (stays) {
        move(i, kept++);
      }
    }
    count = kept;
  }

  /// Sums the weights of tokens by this digit, of those that begin with the prefix.
  private void count(int digit, int prefix) {
    Arrays.fill(bins, 0);
    int shift = SHIFTS[digit];
    int mask = (1 << WIDTHS[digit]) - 1;
    if (digit == 0) {
      for (int i = 0; i < count; i++) {
        bins[key(scores[i]) >>> shift] += weights[i];
      }
      return;
    }
    int above = shift + WIDTHS[digit];
    for (int i = 0; i < count; i++) {
      int key = key(scores[i]);
      if (key >>> above == prefix) {
        bins[key >>> shift & mask] += weights[i];
      }
    }
  }

  /// Leaves the tokens that do not begin with less than the prefix.
  private void drop(int prefix, int shift) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
      if (key(scores[i]) >>> shift >= prefix || shift == 0) {
        move(i, kept++);
      }
    }
    count = kept;
  }

  private void move(int from, int to) {
    ids[to] = ids[from];
    scores[to] = scores[from];
    weights[to] = weights[from];
  }

  private void sum() {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += weights[i];
    }
    total = sum;
  }

  /// Returns a number that, unsigned, is in the order of the scores.
  private static int key(float score) {
    int bits = Float.floatToRawIntBits(score);
    return bits ^ (bits >> 31 | Integer.MIN_VALUE);
  }
}
