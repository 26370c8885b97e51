package dev.myelin.engine.text;

import dev.myelin.engine.model.Metadata;
import dev.myelin.engine.model.ModelFileException;
import dev.myelin.engine.model.ModelFileException.Rule;
import java.util.BitSet;

/// What the marks and words of a GGUF file swallow or ask of their neighbourhood.
///
/// GGUF has no fields for it; those that a conversion writes are of our own: for each trait the
/// numbers of the tokens that have it, rising. Of a token that is no mark and no word they say
/// nothing.
record AddedTraits(BitSet left, BitSet right, BitSet alone, BitSet normalized) {
  static final AddedTraits NONE =
      new AddedTraits(new BitSet(), new BitSet(), new BitSet(), new BitSet());
  private static final String KEYS = "myelin.added.";

  static AddedTraits read(Refusal refusal, Metadata metadata, int tokens)
      throws ModelFileException {
    return new AddedTraits(
        numbers(refusal, metadata, "lstrip", tokens),
        numbers(refusal, metadata, "rstrip", tokens),
        numbers(refusal, metadata, "single_word", tokens),
        numbers(refusal, metadata, "normalized", tokens));
  }

  Recipe.Trim trim(int token) {
    return new Recipe.Trim(left.get(token), right.get(token), alone.get(token));
  }

  boolean isNormalized(int token) {
    return normalized.get(token);
  }

  private static BitSet numbers(Refusal refusal, Metadata metadata, String trait, int tokens)
      throws ModelFileException {
    String key = KEYS + trait;
    BitSet found = new BitSet();
    if (!metadata.keys().contains(key)) {
      return found;
    }
    double[] numbers = metadata.numbers(key).orElse(new double[0]);
    refusal.unless(
        numbers.length > 0,
        Rule.SYNTAX,
        key,
        metadata.text(key).orElse("none"),
        "numbers of tokens");
    refusal.unless(
        numbers.length <= TokenLimits.WORDS,
        Rule.LENGTH,
        key,
        numbers.length,
        "<= " + TokenLimits.WORDS);
    int least = 0;
    for (double each : numbers) {
      refusal.unless(
          each >= least && each < tokens && each == (int) each,
          Rule.SYNTAX,
          "token in " + key,
          each,
          "whole, >= " + least + " and < " + tokens);
      found.set((int) each);
      least = (int) each + 1;
    }
    return found;
  }
}
