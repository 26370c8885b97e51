package dev.myelin.engine.grammar;

import dev.myelin.engine.grammar.GrammarException.Rule;
import dev.myelin.engine.sample.Sampler;
import java.util.Objects;

/// Lets another sampler choose among the tokens that a grammar allows.
///
/// The grammar holds for the tokens chosen here, not for those of the prompt. An end token may be
/// chosen where the grammar may end, and has to be where nothing else goes on.
public final class GrammarSampler implements Sampler {
  private final TokenMasks masks;
  private final Sampler sampler;
  private Automaton.State state;
  private boolean ended;

  private GrammarSampler(TokenMasks masks, Sampler sampler) {
    this.masks = masks;
    this.sampler = sampler;
    this.state = masks.start();
  }

  /// Returns a sampler for one answer.
  ///
  /// @param sampler chooses; what is forbidden has a logit of negative infinity
  public static GrammarSampler of(TokenMasks masks, Sampler sampler) {
    Objects.requireNonNull(sampler, "sampler");
    return new GrammarSampler(masks, sampler);
  }

  /// @throws GrammarException if no token goes on, or the text can be read in too many ways
  /// @throws IllegalStateException if the answer has ended
  /// @throws IllegalArgumentException if the logits are not as many as the vocabulary has tokens,
  ///   or none of those that are allowed is above negative infinity
  @Override
  public int choose(float[] logits) {
    if (ended) {
      throw new IllegalStateException("answer: ended (expected: a new sampler for a new answer)");
    }
    if (logits.length < masks.vocabulary()) {
      throw new IllegalArgumentException(
          "logits: " + logits.length + " (expected: >= " + masks.vocabulary() + ")");
    }
    if (!forbid(logits, masks.mask(state))) {
      throw new GrammarException(
          Rule.NO_TOKEN, "grammar: no token of the vocabulary goes on (expected: at least one)");
    }
    int token = sampler.choose(logits);
    if (masks.isEnd(token)) {
      ended = true;
    } else {
      state = masks.step(state, token);
    }
    return token;
  }

  @Override
  public void saw(int token) {
    sampler.saw(token);
  }

  /// Returns whether the answer so far is one that the grammar matches.
  public boolean mayEnd() {
    return ended || state.mayEnd;
  }

  /// Returns whether nothing but the end may follow.
  public boolean mustEnd() {
    return ended || state.isLast();
  }

  /// Returns whether any is left.
  private static boolean forbid(float[] logits, long[] mask) {
    long any = 0;
    for (int word = 0; word < mask.length; word++) {
      long bits = mask[word];
      any |= bits;
      int from = word << 6;
      int to = Math.min(from + 64, logits.length);
      for (int i = from; bits != -1L && i < to; i++) {
        if ((bits >>> i & 1) == 0) {
          logits[i] = Float.NEGATIVE_INFINITY;
        }
      }
    }
    for (int i = mask.length << 6; i < logits.length; i++) {
      logits[i] = Float.NEGATIVE_INFINITY; // rows that pad the head have no token
    }
    return any != 0;
  }
}
