package dev.myelin.engine.grammar;

import static dev.myelin.engine.grammar.Piece.any;
import static dev.myelin.engine.grammar.Piece.sequence;
import static dev.myelin.engine.grammar.Piece.text;

import java.util.ArrayList;
import java.util.List;

/// Whole numbers between two bounds, digit by digit.
final class WholeNumbers {
  /// The largest that are written: 18 digits.
  static final long MOST = 999_999_999_999_999_999L;

  private WholeNumbers() {}

  /// Returns the numbers from low to high, both within [#MOST] of 0; low is not above high.
  static Piece between(long low, long high) {
    List<Piece> ways = new ArrayList<>();
    if (low < 0) {
      addPositive(Math.max(1, -high), -low, ways, any("-"));
    }
    if (low <= 0 && high >= 0) {
      ways.add(any("0"));
    }
    if (high > 0) {
      addPositive(Math.max(1, low), high, ways, Piece.EMPTY);
    }
    return new Piece.Choice(ways);
  }

  /// Adds numbers by their count of digits.
  private static void addPositive(long low, long high, List<Piece> ways, Piece sign) {
    long least = 1;
    for (int digits = 1; digits <= 18; digits++) {
      long most = least * 10 - 1;
      if (low <= most && high >= least) {
        String from = Long.toString(Math.max(low, least));
        String to = Long.toString(Math.min(high, most));
        ways.add(sequence(sign, sameLength(from, to)));
      }
      least = most + 1;
    }
  }

  private static Piece sameLength(String from, String to) {
    int length = from.length();
    if (length == 0) {
      return Piece.EMPTY;
    }
    if (from.equals(to)) {
      return text(from);
    }
    char low = from.charAt(0);
    char high = to.charAt(0);
    String fromRest = from.substring(1);
    String toRest = to.substring(1);
    if (low == high) {
      return sequence(any("" + low), sameLength(fromRest, toRest));
    }
    List<Piece> ways = new ArrayList<>();
    String zeros = "0".repeat(length - 1);
    String nines = "9".repeat(length - 1);
    if (!fromRest.equals(zeros)) {
      ways.add(sequence(any("" + low), sameLength(fromRest, nines)));
      low++;
    }
    if (!toRest.equals(nines)) {
      ways.add(sequence(any("" + high), sameLength(zeros, toRest)));
      high--;
    }
    if (low <= high) {
      Piece first = new Piece.Characters(CharacterSet.of(low, high));
      ways.add(sequence(first, JsonRules.digits(length - 1, length - 1)));
    }
    return new Piece.Choice(ways);
  }
}
