package dev.myelin.engine.grammar;

import dev.myelin.engine.grammar.GrammarException.Rule;
import java.util.ArrayList;
import java.util.List;

/// Reads the part of regular expressions that a grammar can hold: characters, sets, groups,
/// alternatives and counts, with `^` at the beginning and `$` at the end.
///
/// What it matches is written as it stands in a JSON string.
final class PatternText {
  private static final int DEEPEST = 50;
  private static final int MOST_REPEATS = 10_000;
  private static final CharacterSet DIGIT = CharacterSet.of('0', '9');
  private static final CharacterSet WORD =
      DIGIT.and(CharacterSet.of('a', 'z')).and(CharacterSet.of('A', 'Z')).and(CharacterSet.of("_"));
  private static final CharacterSet BLANK =
      CharacterSet.of("\t\n\u000b\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff")
          .and(CharacterSet.of(0x2000, 0x200a));
  private static final CharacterSet LINE = CharacterSet.of("\n\r\u2028\u2029").others();

  private final String pattern;
  private final int[] text;
  private int at;
  private int depth;

  private PatternText(String pattern) {
    this.pattern = pattern;
    this.text = pattern.codePoints().toArray();
  }

  /// Returns what stands between the quotes.
  static Piece parse(String pattern) {
    PatternText parser = new PatternText(pattern);
    boolean begins = parser.take('^');
    Piece piece = parser.choice();
    boolean ends = parser.take('$');
    if (parser.at < parser.text.length) {
      throw parser.refused("'" + Character.toString(parser.peek()) + "'");
    }
    if ((begins || ends) && piece instanceof Piece.Choice) {
      throw parser.refused("^ or $ beside | (expected: ^(a|b)$)");
    }
    Piece anything = Piece.repeat(Piece.call(JsonRules.CHARACTER), 0, -1);
    return Piece.sequence(begins ? Piece.EMPTY : anything, piece, ends ? Piece.EMPTY : anything);
  }

  private Piece choice() {
    List<Piece> parts = new ArrayList<>();
    parts.add(sequence());
    while (take('|')) {
      parts.add(sequence());
    }
    return parts.size() == 1 ? parts.getFirst() : new Piece.Choice(parts);
  }

  private Piece sequence() {
    List<Piece> parts = new ArrayList<>();
    while (at < text.length && "|)$".indexOf(peek()) < 0) {
      parts.add(counted(one()));
    }
    return new Piece.Sequence(parts);
  }

  private Piece one() {
    int character = text[at++];
    return switch (character) {
      case '(' -> group();
      case '[' -> JsonRules.inString(set());
      case '.' -> JsonRules.inString(LINE);
      case '\\' -> JsonRules.inString(escaped());
      case '^', '*', '+', '?', '{', '}', ']' -> {
        at--;
        throw refused("'" + Character.toString(character) + "'");
      }
      default -> JsonRules.inString(CharacterSet.of(character, character));
    };
  }

  private Piece group() {
    if (++depth > DEEPEST) {
      String problem = "pattern: more than " + DEEPEST + " groups deep (expected: fewer)";
      throw new GrammarException(Rule.DEPTH, problem);
    }
    if (take('?') && !take(':')) {
      throw refused("a group that begins with ?");
    }
    Piece piece = choice();
    if (!take(')')) {
      throw refused("a group without its end");
    }
    depth--;
    return piece;
  }

  private Piece counted(Piece piece) {
    int least = 1;
    int most = 1;
    if (take('*')) {
      least = 0;
      most = -1;
    } else if (take('+')) {
      most = -1;
    } else if (take('?')) {
      least = 0;
    } else if (take('{')) {
      least = number();
      most = take(',') ? peek() == '}' ? -1 : number() : least;
      if (!take('}') || (most >= 0 && most < least)) {
        throw refused("a count that is not {m}, {m,} or {m,n}");
      }
    } else {
      return piece;
    }
    take('?'); // which match is found first changes nothing
    return Piece.repeat(piece, least, most);
  }

  private int number() {
    int from = at;
    int value = 0;
    while (peek() >= '0' && peek() <= '9' && value <= MOST_REPEATS) {
      value = value * 10 + text[at++] - '0';
    }
    if (at == from || value > MOST_REPEATS) {
      throw refused("a count that is not in 0 to " + MOST_REPEATS);
    }
    return value;
  }

  private CharacterSet set() {
    boolean others = take('^');
    List<CharacterSet.Range> ranges = new ArrayList<>();
    while (!take(']')) {
      CharacterSet low = ofSet();
      CharacterSet both = low;
      if (peek() == '-' && at + 1 < text.length && text[at + 1] != ']') {
        at++;
        CharacterSet high = ofSet();
        both = range(low, high);
      }
      ranges.addAll(both.ranges());
    }
    CharacterSet found = new CharacterSet(ranges);
    return others ? found.others() : found;
  }

  private CharacterSet range(CharacterSet low, CharacterSet high) {
    int from = low.ranges().getFirst().low();
    int to = high.ranges().getFirst().high();
    boolean single = from == low.ranges().getLast().high() && to == high.ranges().getLast().low();
    if (!single || from > to) {
      throw refused("a range that is not from low to high");
    }
    return CharacterSet.of(from, to);
  }

  private CharacterSet ofSet() {
    if (at >= text.length) {
      throw refused("a set without its end");
    }
    int character = text[at++];
    return character == '\\' ? escaped() : CharacterSet.of(character, character);
  }

  private CharacterSet escaped() {
    int character = peek();
    at++;
    return switch (character) {
      case 'd' -> DIGIT;
      case 'D' -> DIGIT.others();
      case 'w' -> WORD;
      case 'W' -> WORD.others();
      case 's' -> BLANK;
      case 'S' -> BLANK.others();
      case 'n' -> CharacterSet.of("\n");
      case 'r' -> CharacterSet.of("\r");
      case 't' -> CharacterSet.of("\t");
      case 'f' -> CharacterSet.of("\f");
      case 'x' -> hex(2);
      case 'u' -> hex(4);
      default -> {
        if (character < ' ' || character > '~' || Character.isLetterOrDigit(character)) {
          at--;
          throw refused("that escape");
        }
        yield CharacterSet.of(character, character);
      }
    };
  }

  private CharacterSet hex(int digits) {
    int value = 0;
    for (int i = 0; i < digits; i++) {
      int digit = Character.digit(peek(), 16);
      if (digit < 0) {
        throw refused("an escape without its digits");
      }
      value = value << 4 | digit;
      at++;
    }
    return CharacterSet.of(value, value);
  }

  private int peek() {
    return at < text.length ? text[at] : -1;
  }

  private boolean take(int character) {
    boolean found = peek() == character;
    at += found ? 1 : 0;
    return found;
  }

  private GrammarException refused(String what) {
    return new GrammarException(
        Rule.UNSUPPORTED,
        ("pattern: " + what + " at character " + (at + 1) + " of ")
            + GrammarException.shown(pattern)
            + " (expected: characters, sets, groups, |, * + ? {m,n}, ^ first, $ last)");
  }
}
