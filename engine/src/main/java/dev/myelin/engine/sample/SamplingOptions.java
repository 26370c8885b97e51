package dev.myelin.engine.sample;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/// How the next token is chosen.
///
/// The steps go in this order, each on what the ones before left:
/// 1. `bias` is added to the logits of its tokens;
/// 2. the repetition penalty divides positive logits of recent tokens and multiplies negative ones;
/// 3. frequency and presence penalties are taken off the logits of tokens of this answer;
/// 4. at temperature 0 the most likely token is taken, of equals the first, and the rest is idle;
///    else logits are divided by the temperature;
/// 5. top-k, then top-p, then min-p leave fewer tokens ([Cut]);
/// 6. one is drawn, each as likely as the softmax of what is left says.
///
/// The same seed, options and logits give the same tokens on every machine.
///
/// @param temperature 0 takes the most likely token, 1 follows the model, more is wilder; up to 100
/// @param bias what is added to the logit of a token; negative infinity forbids it
/// @param seed where the generator begins
public record SamplingOptions(
    double temperature, Cut cut, Penalties penalties, Map<Integer, Double> bias, long seed) {
  private static final double HOTTEST = 100;

  /// Which tokens are left to draw from; of equally likely ones those of lower id.
  ///
  /// @param topK the most that are left; 0 for all
  /// @param topP of the likeliest as few as have this share together, the one that reaches it
  ///   included; 1 for all
  /// @param minP those that have at least this share of what the likeliest has; 0 for all
  public record Cut(int topK, double topP, double minP) {
    /// Everything is left.
    public static final Cut NONE = new Cut(0, 1, 0);

    /// @throws IllegalArgumentException if a number is out of range
    public Cut {
      require(topK >= 0, "top-k", topK, ">= 0");
      require(topP > 0 && topP <= 1, "top-p", topP, "> 0, <= 1");
      require(minP >= 0 && minP <= 1, "min-p", minP, ">= 0, <= 1");
    }
  }

  /// What makes tokens less likely that were there before.
  ///
  /// @param repetition for tokens of the text, prompt and answer; 1 for none, above 1 discourages
  /// @param window how many tokens of the text, the last ones, count for the repetition penalty; 0
  ///   for all
  /// @param presence taken off once for each token of the answer; negative numbers encourage
  /// @param frequency taken off as often as the token stands in the answer
  public record Penalties(double repetition, int window, double presence, double frequency) {
    /// Nothing is discouraged.
    public static final Penalties NONE = new Penalties(1, 64, 0, 0);

    /// @throws IllegalArgumentException if a number is out of range
    public Penalties {
      require(repetition > 0 && repetition <= 100, "repetition penalty", repetition, "> 0, <= 100");
      require(window >= 0, "window", window, ">= 0");
      require(Math.abs(presence) <= 100, "presence penalty", presence, "-100 to 100");
      require(Math.abs(frequency) <= 100, "frequency penalty", frequency, "-100 to 100");
    }
  }

  /// @throws IllegalArgumentException if a number is out of range
  public SamplingOptions {
    require(temperature >= 0 && temperature <= HOTTEST, "temperature", temperature, "0 to 100");
    Objects.requireNonNull(cut, "cut");
    Objects.requireNonNull(penalties, "penalties");
    bias = Map.copyOf(bias);
    bias.forEach(
        (token, added) -> {
          require(token >= 0, "bias of token", token, "a token >= 0");
          require(added < Double.POSITIVE_INFINITY, "bias", added, "a number");
        });
  }

  /// Returns the model's own choice: temperature 1, nothing cut or discouraged, seed 0.
  public static SamplingOptions defaults() {
    return new SamplingOptions(1, Cut.NONE, Penalties.NONE, Map.of(), 0);
  }

  /// Returns the same with another temperature.
  public SamplingOptions withTemperature(double other) {
    return new SamplingOptions(other, cut, penalties, bias, seed);
  }

  /// Returns the same with at most so many tokens left to draw from; 0 for all.
  public SamplingOptions withTopK(int other) {
    Cut changed = new Cut(other, cut.topP, cut.minP);
    return new SamplingOptions(temperature, changed, penalties, bias, seed);
  }

  /// Returns the same with another share of the likeliest left to draw from; 1 for all.
  public SamplingOptions withTopP(double other) {
    Cut changed = new Cut(cut.topK, other, cut.minP);
    return new SamplingOptions(temperature, changed, penalties, bias, seed);
  }

  /// Returns the same with another least share of what the likeliest token has; 0 for none.
  public SamplingOptions withMinP(double other) {
    Cut changed = new Cut(cut.topK, cut.topP, other);
    return new SamplingOptions(temperature, changed, penalties, bias, seed);
  }

  /// Returns the same with other penalties.
  public SamplingOptions withPenalties(Penalties other) {
    return new SamplingOptions(temperature, cut, other, bias, seed);
  }

  /// Returns the same with this added to the logit of the token.
  public SamplingOptions withBias(int token, double added) {
    Map<Integer, Double> more = new HashMap<>(bias);
    more.put(token, added);
    return new SamplingOptions(temperature, cut, penalties, more, seed);
  }

  /// Returns the same with another seed.
  public SamplingOptions withSeed(long other) {
    return new SamplingOptions(temperature, cut, penalties, bias, other);
  }

  private static void require(boolean holds, String name, Object value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
    }
  }
}
