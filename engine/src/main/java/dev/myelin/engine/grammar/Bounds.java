package dev.myelin.engine.grammar;

import static dev.myelin.engine.grammar.Piece.any;
import static dev.myelin.engine.grammar.Piece.optional;
import static dev.myelin.engine.grammar.Piece.repeat;
import static dev.myelin.engine.grammar.Piece.sequence;
import static dev.myelin.engine.grammar.Piece.text;

import java.util.ArrayList;
import java.util.List;

/// Numbers between two whole numbers, without exponents.
///
/// @param openLow whether low itself is left out
/// @param openHigh whether high itself is left out
record Bounds(long low, boolean openLow, long high, boolean openHigh) {
  private static final int DIGITS = 16;

  /// Returns whether there is no number between.
  boolean isEmpty() {
    return low > high || (low == high && (openLow || openHigh));
  }

  /// Returns the whole numbers between; there must be one.
  Piece whole() {
    return WholeNumbers.between(openLow ? low + 1 : low, openHigh ? high - 1 : high);
  }

  /// Returns whether no whole number is between.
  boolean isWithoutWhole() {
    return (openLow ? low + 1 : low) > (openHigh ? high - 1 : high);
  }

  Piece numbers() {
    List<Piece> ways = new ArrayList<>();
    if (low < 0) {
      boolean below = high < 0;
      boolean open = openHigh && high <= 0;
      Bounds mirrored = new Bounds(below ? -high : 0, open, -low, openLow);
      mirrored.positive(any("-"), ways);
    }
    if (high > 0 || (high == 0 && !openHigh)) {
      Bounds above = low < 0 ? new Bounds(0, false, high, openHigh) : this;
      above.positive(Piece.EMPTY, ways);
    }
    return new Piece.Choice(ways);
  }

  private void positive(Piece sign, List<Piece> ways) {
    Piece digits = JsonRules.digits(1, DIGITS);
    long from = openLow ? low + 1 : low;
    if (from < high) {
      Piece whole = WholeNumbers.between(from, high - 1);
      ways.add(sequence(sign, whole, optional(sequence(any("."), digits))));
    }
    if (openLow && low < high) {
      Piece zeros = repeat(any("0"), 0, DIGITS / 2);
      Piece rest = JsonRules.digits(0, DIGITS / 2);
      Piece first = any("123456789");
      ways.add(sequence(sign, text(Long.toString(low)), any("."), zeros, first, rest));
    }
    if (!openHigh && from <= high) {
      Piece zeros = optional(sequence(any("."), repeat(any("0"), 1, DIGITS)));
      ways.add(sequence(sign, text(Long.toString(high)), zeros));
    }
  }
}
