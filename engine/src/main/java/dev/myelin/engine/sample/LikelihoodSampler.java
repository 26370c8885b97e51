package dev.myelin.engine.sample;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// A sampler that tells, beside the choice of another, how likely the model found it and what it
/// found likelier.
///
/// Likelihoods are those of the model: from the logits as they come, before anything is cut,
/// discouraged or forbidden, at temperature 1.
public final class LikelihoodSampler implements Sampler {
  /// The most tokens that are told beside the chosen one.
  public static final int MOST = 100;

  private final Sampler sampler;
  private final int[] best;
  private final float[] bestLogits;
  private float[] asked = {};
  private int found;
  private int chosen = -1;
  private float most;
  private double logTotal;

  private LikelihoodSampler(Sampler sampler, int top) {
    this.sampler = sampler;
    this.best = new int[top];
    this.bestLogits = new float[top];
  }

  /// Returns a sampler that chooses as the other does.
  ///
  /// @param top how many of the likeliest tokens are told
  /// @throws IllegalArgumentException if that is not in 0 to [#MOST]
  public static LikelihoodSampler of(Sampler sampler, int top) {
    Objects.requireNonNull(sampler, "sampler");
    if (top < 0 || top > MOST) {
      throw new IllegalArgumentException("top: " + top + " (expected: 0 to " + MOST + ")");
    }
    return new LikelihoodSampler(sampler, top);
  }

  @Override
  public int choose(float[] logits) {
    if (asked.length != logits.length) {
      asked = new float[logits.length];
    }
    System.arraycopy(logits, 0, asked, 0, logits.length);
    rank();
    chosen = sampler.choose(logits);
    return chosen;
  }

  @Override
  public void saw(int token) {
    sampler.saw(token);
  }

  /// Returns the token that was chosen last.
  ///
  /// @throws IllegalStateException if none was
  public Likelihood chosen() {
    if (chosen < 0) {
      throw new IllegalStateException("sampler: chose nothing yet (expected: a token)");
    }
    return new Likelihood(chosen, logprob(asked[chosen]));
  }

  /// Returns the likeliest tokens of the last choice, the likeliest first, of equals those of lower
  /// id first.
  public List<Likelihood> top() {
    List<Likelihood> list = new ArrayList<>(found);
    for (int i = 0; i < found; i++) {
      list.add(new Likelihood(best[i], logprob(bestLogits[i])));
    }
    return list;
  }

  private void rank() {
    found = 0;
    most = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < asked.length; i++) {
      float logit = asked[i];
      most = logit > most ? logit : most;
      boolean better = found < best.length || (found > 0 && logit > bestLogits[found - 1]);
      if (better && logit > Float.NEGATIVE_INFINITY) {
        insert(i, logit);
      }
    }
    double total = 0;
    for (float logit : asked) {
      if (logit > Float.NEGATIVE_INFINITY) {
        total += logit == most ? 1 : Exponential.of((double) logit - most);
      }
    }
    logTotal = Math.log(total);
  }

  private void insert(int token, float logit) {
    int at = found < best.length ? found++ : found - 1;
    while (at > 0 && bestLogits[at - 1] < logit) {
      best[at] = best[at - 1];
      bestLogits[at] = bestLogits[at - 1];
      at--;
    }
    best[at] = token;
    bestLogits[at] = logit;
  }

  private double logprob(float logit) {
    if (!(logit > Float.NEGATIVE_INFINITY)) {
      return Double.NEGATIVE_INFINITY;
    }
    return logit == most ? 0 - logTotal : (double) logit - most - logTotal;
  }
}
