package dev.myelin.engine.template;

import dev.myelin.engine.template.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/// Cuts a template into words. A block swallows the line break after it and the blanks before it on
/// its line, as `transformers` asks of Jinja.
final class Lexer {
  private static final List<String> LONG_SIGNS = List.of("==", "!=", "<=", ">=", "//", "**");
  private static final String SIGNS = "+-*/%~<>=()[]{}.,:|";

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int line = 1;
  private boolean trimNext;
  private boolean breakNext;

  private Lexer(String source) {
    // The last line break of a template is none of its text.
    this.source = source.endsWith("\n") ? source.substring(0, source.length() - 1) : source;
  }

  static List<Token> tokens(String source) {
    Lexer lexer = new Lexer(source.replace("\r\n", "\n"));
    lexer.readAll();
    return lexer.tokens;
  }

  private void readAll() {
    while (at < source.length()) {
      int open = nextOpen();
      data(open);
      if (open < source.length()) {
        tag();
      }
    }
    tokens.add(new Token(Kind.END, "", line));
  }

  private int nextOpen() {
    for (int i = at; i < source.length() - 1; i++) {
      if (source.charAt(i) == '{' && "{%#".indexOf(source.charAt(i + 1)) >= 0) {
        return i;
      }
    }
    return source.length();
  }

  private void data(int open) {
    int from = at;
    int end = open;
    if (trimNext) {
      from = skipWhite(from, end);
    } else if (breakNext && from < end && source.charAt(from) == '\n') {
      from++;
    }
    trimNext = false;
    breakNext = false;
    if (open < source.length()) {
      char kind = source.charAt(open + 1);
      char sign = open + 2 < source.length() ? source.charAt(open + 2) : ' ';
      if (sign == '-') {
        end = backOverWhite(from, end);
      } else if (kind != '{' && sign != '+') {
        end = backOverBlanks(from, end);
      }
    }
    if (end > from) {
      tokens.add(new Token(Kind.DATA, source.substring(from, end), line));
    }
    count(at, open);
    at = open;
  }

  private int backOverBlanks(int from, int end) {
    int start = end;
    while (start > from && (source.charAt(start - 1) == ' ' || source.charAt(start - 1) == '\t')) {
      start--;
    }
    boolean lineStart = start == 0 || source.charAt(start - 1) == '\n';
    return lineStart ? start : end;
  }

  private void tag() {
    char kind = source.charAt(at + 1);
    if (kind == '#') {
      comment();
      return;
    }
    boolean block = kind == '%';
    tokens.add(new Token(block ? Kind.OPEN_BLOCK : Kind.OPEN_VALUE, "", line));
    at += 2;
    if (at < source.length() && (source.charAt(at) == '-' || (block && source.charAt(at) == '+'))) {
      at++;
    }
    int depth = 0;
    while (!closes(block, depth)) {
      depth += word();
    }
  }

  private void comment() {
    int end = source.indexOf("#}", at + 2);
    if (end < 0) {
      throw failure("comment: without end (expected: #})");
    }
    char sign = source.charAt(end - 1);
    trimNext = sign == '-';
    breakNext = sign != '+';
    count(at, end);
    at = end + 2;
  }

  private boolean closes(boolean block, int depth) {
    int start = skipWhite(at, source.length());
    count(at, start);
    at = start;
    if (at >= source.length()) {
      throw failure("braces: without end (expected: " + (block ? "%}" : "}}") + ")");
    }
    String close = block ? "%}" : "}}";
    boolean signed = source.startsWith(close, at + 1) && "-+".indexOf(source.charAt(at)) >= 0;
    if (!signed && (!source.startsWith(close, at) || depth > 0)) {
      return false;
    }
    boolean plus = signed && source.charAt(at) == '+';
    trimNext = signed && !plus;
    breakNext = block && !plus;
    at += signed ? 3 : 2;
    tokens.add(new Token(block ? Kind.CLOSE_BLOCK : Kind.CLOSE_VALUE, "", line));
    return true;
  }

  /// Reads a word and returns by how much braces nest deeper after it.
  private int word() {
    char first = source.charAt(at);
    if (first == '\'' || first == '"') {
      string(first);
    } else if (isDigit(first)) {
      number();
    } else if (isLetter(first)) {
      int start = at;
      while (at < source.length() && (isLetter(source.charAt(at)) || isDigit(source.charAt(at)))) {
        at++;
      }
      tokens.add(new Token(Kind.NAME, source.substring(start, at), line));
    } else {
      return sign(first);
    }
    return 0;
  }

  private int sign(char first) {
    for (String each : LONG_SIGNS) {
      if (source.startsWith(each, at)) {
        tokens.add(new Token(Kind.SIGN, each, line));
        at += each.length();
        return 0;
      }
    }
    if (SIGNS.indexOf(first) < 0) {
      throw failure("sign: U+" + Integer.toHexString(first) + " (expected: one of " + SIGNS + ")");
    }
    tokens.add(new Token(Kind.SIGN, String.valueOf(first), line));
    at++;
    return first == '{' ? 1 : first == '}' ? -1 : 0;
  }

  private void number() {
    int start = at;
    while (at < source.length() && (isDigit(source.charAt(at)) || source.charAt(at) == '_')) {
      at++;
    }
    if (at + 1 < source.length() && source.charAt(at) == '.' && isDigit(source.charAt(at + 1))) {
      at++;
      while (at < source.length() && isDigit(source.charAt(at))) {
        at++;
      }
    }
    exponent();
    tokens.add(new Token(Kind.NUMBER, source.substring(start, at).replace("_", ""), line));
  }

  private void exponent() {
    if (at >= source.length() || Character.toLowerCase(source.charAt(at)) != 'e') {
      return;
    }
    int end = at + 1;
    end += end < source.length() && "+-".indexOf(source.charAt(end)) >= 0 ? 1 : 0;
    if (end < source.length() && isDigit(source.charAt(end))) {
      at = end;
      while (at < source.length() && isDigit(source.charAt(at))) {
        at++;
      }
    }
  }

  private void string(char quote) {
    StringBuilder text = new StringBuilder();
    int start = at++;
    while (at < source.length() && source.charAt(at) != quote) {
      if (source.charAt(at) == '\\' && at + 1 < source.length()) {
        escape(text);
      } else {
        text.append(source.charAt(at++));
      }
    }
    if (at >= source.length()) {
      throw failure("text: without end (expected: " + quote + ")");
    }
    at++;
    tokens.add(new Token(Kind.STRING, text.toString(), line));
    count(start, at);
  }

  private void escape(StringBuilder text) {
    char kind = source.charAt(at + 1);
    at += 2;
    switch (kind) {
      case 'n' -> text.append('\n');
      case 't' -> text.append('\t');
      case 'r' -> text.append('\r');
      case '\n' -> {
        // The line goes on.
      }
      case '\\', '\'', '"' -> text.append(kind);
      case 'x' -> hex(text, 2);
      case 'u' -> hex(text, 4);
      default -> text.append('\\').append(kind);
    }
  }

  private void hex(StringBuilder text, int digits) {
    int value = 0;
    for (int i = 0; i < digits; i++) {
      int digit = at < source.length() ? Character.digit(source.charAt(at), 16) : -1;
      if (digit < 0) {
        throw failure("escape: no hexadecimal digit (expected: " + digits + ")");
      }
      value = value << 4 | digit;
      at++;
    }
    text.append((char) value);
  }

  private int skipWhite(int from, int end) {
    int start = from;
    while (start < end && Character.isWhitespace(source.charAt(start))) {
      start++;
    }
    return start;
  }

  private int backOverWhite(int from, int end) {
    int start = end;
    while (start > from && Character.isWhitespace(source.charAt(start - 1))) {
      start--;
    }
    return start;
  }

  private void count(int from, int to) {
    for (int i = from; i < to; i++) {
      line += source.charAt(i) == '\n' ? 1 : 0;
    }
  }

  private TemplateFailure failure(String problem) {
    return new TemplateFailure(TemplateFailure.Reason.SYNTAX, problem + " in line " + line);
  }

  private static boolean isLetter(char letter) {
    return letter == '_' || (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
  }

  private static boolean isDigit(char letter) {
    return letter >= '0' && letter <= '9';
  }
}
