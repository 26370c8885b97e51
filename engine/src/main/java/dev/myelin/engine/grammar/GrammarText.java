package dev.myelin.engine.grammar;

import dev.myelin.engine.grammar.GrammarException.Rule;
import java.util.ArrayList;
import java.util.List;

/// Reads grammars in GBNF, the form that llama.cpp made common.
///
/// ```
///   root  ::= word (" " word)*        # a comment
///   word  ::= [a-z] [a-z0-9_]{0,7} | "\u00e9t\u00e9"
/// ```
///
/// A rule ends with its line, unless a parenthesis is open or the next line begins with `|`.
final class GrammarText {
  static final int LONGEST = 1 << 18;
  static final int DEEPEST = 100;
  private static final int MOST_MARKS = 5;

  private final int[] text;
  private int at;
  private int depth;
  private int line = 1;
  private int counted;

  private GrammarText(String text) {
    this.text = text.codePoints().toArray();
  }

  static RuleSet parse(String text) {
    if (text.length() > LONGEST) {
      throw new GrammarException(
          Rule.SIZE, "grammar: " + text.length() + " characters (expected: <= " + LONGEST + ")");
    }
    GrammarText parser = new GrammarText(text);
    RuleSet rules = new RuleSet();
    parser.skip(true);
    while (parser.at < parser.text.length) {
      parser.rule(rules);
      parser.skip(true);
    }
    return rules;
  }

  private void rule(RuleSet rules) {
    int from = at;
    String name = name();
    skip(false);
    for (int expected : new int[] {':', ':', '='}) {
      if (peek() != expected) {
        throw wrong("'::=' after the name of a rule");
      }
      at++;
    }
    skip(true);
    Piece piece = choice(false);
    if (at < text.length && peek() != '\n' && peek() != '\r') {
      throw wrong("a part of a rule, '|' or the end of the line");
    }
    rules.add(name, new RuleSet.Entry(piece, line(from), column(from)));
  }

  private String name() {
    int from = at;
    while (isOfName(peek())) {
      at++;
    }
    if (at == from) {
      throw wrong("the name of a rule");
    }
    return new String(text, from, at - from);
  }

  private Piece choice(boolean nested) {
    List<Piece> parts = new ArrayList<>();
    parts.add(sequence(nested));
    while (goesOn(nested)) {
      at++;
      skip(true);
      parts.add(sequence(nested));
    }
    return parts.size() == 1 ? parts.getFirst() : new Piece.Choice(parts);
  }

  private boolean goesOn(boolean nested) {
    int before = at;
    skip(true);
    if (peek() == '|') {
      return true;
    }
    at = nested ? at : before;
    return false;
  }

  private Piece sequence(boolean nested) {
    List<Piece> parts = new ArrayList<>();
    while (true) {
      switch (peek()) {
        case '"' -> parts.add(literal());
        case '[' -> parts.add(characters());
        case '(' -> parts.add(group());
        case '.' -> {
          at++;
          parts.add(new Piece.Characters(CharacterSet.ALL));
        }
        default -> {
          if (!isOfName(peek())) {
            return parts.size() == 1 ? parts.getFirst() : new Piece.Sequence(parts);
          }
          parts.add(new Piece.Call(name()));
        }
      }
      parts.set(parts.size() - 1, repeated(parts.getLast()));
      skip(nested);
    }
  }

  private Piece group() {
    if (++depth > DEEPEST) {
      throw tooDeep("parentheses", DEEPEST);
    }
    at++;
    skip(true);
    Piece piece = choice(true);
    if (peek() != ')') {
      throw wrong("')'");
    }
    at++;
    depth--;
    return piece;
  }

  private Piece literal() {
    List<Piece> parts = new ArrayList<>();
    at++;
    while (peek() != '"') {
      int character = character();
      parts.add(new Piece.Characters(CharacterSet.of(character, character)));
    }
    at++;
    return new Piece.Sequence(parts);
  }

  private Piece characters() {
    at++;
    boolean others = peek() == '^';
    at += others ? 1 : 0;
    List<CharacterSet.Range> ranges = new ArrayList<>();
    while (peek() != ']') {
      int low = character();
      int high = low;
      if (peek() == '-' && at + 1 < text.length && text[at + 1] != ']') {
        at++;
        high = character();
      }
      if (high < low) {
        throw wrong("a range from low to high");
      }
      ranges.add(new CharacterSet.Range(low, high));
    }
    at++;
    CharacterSet set = new CharacterSet(ranges);
    return new Piece.Characters(others ? set.others() : set);
  }

  /// Reads one character of a literal or a set.
  private int character() {
    int character = peek();
    if (character < 0 || character == '\n' || character == '\r') {
      throw wrong("a character");
    }
    at++;
    if (character != '\\') {
      return character;
    }
    int escaped = peek();
    at++;
    return switch (escaped) {
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case '\\', '"', '[', ']', '-', '^' -> escaped;
      case 'x' -> hex(2);
      case 'u' -> hex(4);
      case 'U' -> hex(8);
      default -> {
        at--;
        throw wrong("one of n r t \\ \" [ ] - ^ x u U after \\");
      }
    };
  }

  private int hex(int digits) {
    long value = 0;
    for (int i = 0; i < digits; i++) {
      int digit = Character.digit(peek(), 16);
      if (digit < 0) {
        throw wrong(digits + " hexadecimal digits");
      }
      value = value << 4 | digit;
      at++;
    }
    if (value > Character.MAX_CODE_POINT) {
      throw wrong("a character up to U+10FFFF");
    }
    return (int) value;
  }

  private Piece repeated(Piece piece) {
    Piece found = piece;
    for (int marks = 0; marks <= MOST_MARKS; marks++) {
      switch (peek()) {
        case '*' -> found = marked(found, 0, -1);
        case '+' -> found = marked(found, 1, -1);
        case '?' -> found = marked(found, 0, 1);
        case '{' -> found = counted(found);
        default -> {
          return found;
        }
      }
    }
    throw tooDeep("repetitions of a part", MOST_MARKS);
  }

  private Piece marked(Piece piece, int least, int most) {
    at++;
    return new Piece.Repeat(piece, least, most);
  }

  private Piece counted(Piece piece) {
    at++;
    int least = number();
    int most = least;
    if (peek() == ',') {
      at++;
      most = peek() == '}' ? -1 : number();
    }
    if (peek() != '}' || (most >= 0 && most < least)) {
      throw wrong("'{m}', '{m,}' or '{m,n}' with m <= n");
    }
    at++;
    return new Piece.Repeat(piece, least, most);
  }

  private int number() {
    int from = at;
    int value = 0;
    while (peek() >= '0' && peek() <= '9' && at - from < 7) {
      value = value * 10 + peek() - '0';
      at++;
    }
    if (at == from) {
      throw wrong("a number");
    }
    return value;
  }

  private void skip(boolean lines) {
    while (at < text.length) {
      int character = text[at];
      if (character == '#') {
        while (at < text.length && text[at] != '\n' && text[at] != '\r') {
          at++;
        }
      } else if (character == ' ' || character == '\t' || (lines && isLineEnd(character))) {
        at++;
      } else {
        return;
      }
    }
  }

  private int peek() {
    return at < text.length ? text[at] : -1;
  }

  private static boolean isLineEnd(int character) {
    return character == '\n' || character == '\r';
  }

  private static boolean isOfName(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '_';
  }

  private GrammarException wrong(String expected) {
    String found = at < text.length ? new String(text, at, 1) : "the end";
    return new GrammarException(
        Rule.SYNTAX,
        "grammar: " + GrammarException.shown(found) + " (expected: " + expected + ")",
        line(at),
        column(at));
  }

  private GrammarException tooDeep(String what, int most) {
    String problem = what + ": more than " + most + " deep (expected: <= " + most + ")";
    return new GrammarException(Rule.DEPTH, problem, line(at), column(at));
  }

  // Rules are asked for in their order: each line end is counted once.
  private int line(int place) {
    int to = Math.min(place, text.length);
    for (; counted < to; counted++) {
      line += text[counted] == '\n' ? 1 : 0;
    }
    return line;
  }

  private int column(int place) {
    int column = 1;
    for (int i = Math.min(place, text.length) - 1; i >= 0 && text[i] != '\n'; i--) {
      column++;
    }
    return column;
  }
}
