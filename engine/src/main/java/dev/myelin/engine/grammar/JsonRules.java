package dev.myelin.engine.grammar;

import static dev.myelin.engine.grammar.Piece.any;
import static dev.myelin.engine.grammar.Piece.call;
import static dev.myelin.engine.grammar.Piece.choice;
import static dev.myelin.engine.grammar.Piece.optional;
import static dev.myelin.engine.grammar.Piece.repeat;
import static dev.myelin.engine.grammar.Piece.sequence;
import static dev.myelin.engine.grammar.Piece.text;

import java.util.ArrayList;
import java.util.List;

/// The rules of JSON values of any kind.
///
/// Escapes of halves of surrogate pairs are not among them: a pair would be counted as two
/// characters.
final class JsonRules {
  static final String SPACE = "json-space";
  static final String CHARACTER = "json-character";
  static final String STRING = "json-string";
  static final String NUMBER = "json-number";
  static final String INTEGER = "json-integer";
  static final String VALUE = "json-value";
  static final String OBJECT = "json-object";
  static final String ARRAY = "json-array";

  /// What stands for itself in a string.
  static final CharacterSet PLAIN = CharacterSet.of("\"\\").and(CharacterSet.of(0, 0x1f)).others();

  private static final CharacterSet DIGITS = CharacterSet.of('0', '9');
  private static final Piece SOME_SPACE = call(SPACE);

  private JsonRules() {}

  static RuleSet object() {
    RuleSet rules = new RuleSet();
    addTo(rules);
    rules.add(RuleSet.ROOT, call(OBJECT));
    return rules;
  }

  static void addTo(RuleSet rules) {
    Piece indent = sequence(any("\n"), repeat(any(" \t"), 0, 20));
    rules.add(SPACE, optional(choice(any(" "), indent)));
    rules.add(CHARACTER, choice(new Piece.Characters(PLAIN), sequence(any("\\"), escape())));
    rules.add(STRING, quoted(repeat(call(CHARACTER), 0, -1)));
    Piece fraction = sequence(any("."), digits(1, 16));
    Piece exponent = sequence(any("eE"), optional(any("+-")), digits(1, 2));
    Piece whole = choice(any("0"), sequence(any("123456789"), digits(0, 15)));
    rules.add(NUMBER, sequence(optional(any("-")), whole, optional(fraction), optional(exponent)));
    Piece longer = choice(any("0"), sequence(any("123456789"), digits(0, 17)));
    rules.add(INTEGER, sequence(optional(any("-")), longer));
    Piece member = sequence(call(STRING), colon(), call(VALUE));
    rules.add(OBJECT, braced("{", list(member, 0, -1), "}"));
    rules.add(ARRAY, braced("[", list(call(VALUE), 0, -1), "]"));
    Piece words = choice(text("true"), text("false"), text("null"));
    rules.add(VALUE, choice(call(STRING), call(NUMBER), call(OBJECT), call(ARRAY), words));
  }

  static Piece digits(int least, int most) {
    return repeat(new Piece.Characters(DIGITS), least, most);
  }

  static Piece quoted(Piece inside) {
    return sequence(any("\""), inside, any("\""));
  }

  static Piece colon() {
    return sequence(SOME_SPACE, any(":"), SOME_SPACE);
  }

  static Piece comma() {
    return sequence(SOME_SPACE, any(","), SOME_SPACE);
  }

  static Piece braced(String open, Piece inside, String close) {
    return sequence(any(open), SOME_SPACE, inside, any(close));
  }

  /// Returns items between commas with the white space behind them.
  ///
  /// @param most negative for any number
  static Piece list(Piece item, int least, int most) {
    if (most == 0) {
      return Piece.EMPTY;
    }
    Piece more = repeat(sequence(comma(), item), Math.max(least - 1, 0), most < 0 ? -1 : most - 1);
    Piece some = sequence(item, more, SOME_SPACE);
    return least == 0 ? optional(some) : some;
  }

  /// Returns a character of a set as it stands in a string, with a backslash where it needs one.
  static Piece inString(CharacterSet set) {
    List<Piece> ways = new ArrayList<>();
    CharacterSet plain = set.meeting(PLAIN);
    if (!plain.isEmpty()) {
      ways.add(new Piece.Characters(plain));
    }
    String codes = "\"\"\\\\\bb\ff\nn\rr\tt";
    for (int i = 0; i < codes.length(); i += 2) {
      if (set.contains(codes.charAt(i))) {
        ways.add(text("\\" + codes.charAt(i + 1)));
      }
    }
    // Other control characters have no short escape.
    return new Piece.Choice(ways.isEmpty() ? List.of(new Piece.Characters(plain)) : ways);
  }

  private static Piece escape() {
    Piece hex = new Piece.Characters(CharacterSet.of("0123456789abcdefABCDEF"));
    Piece first = new Piece.Characters(CharacterSet.of("0123456789abcefABCEF"));
    Piece below = sequence(any("dD"), any("01234567"), repeat(hex, 2, 2));
    Piece code = choice(sequence(first, repeat(hex, 3, 3)), below);
    return choice(any("\"\\/bfnrt"), sequence(any("u"), code));
  }
}
