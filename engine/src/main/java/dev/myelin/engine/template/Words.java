package dev.myelin.engine.template;

import dev.myelin.engine.template.Token.Kind;
import java.util.List;

/// The words of a template, one after the other.
final class Words {
  private static final int DEEPEST = 96;

  private final List<Token> tokens;
  private int at;
  private int depth;

  Words(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token peek() {
    return tokens.get(at);
  }

  Token next() {
    Token token = tokens.get(at);
    at += token.kind() == Kind.END ? 0 : 1;
    return token;
  }

  boolean is(String sign) {
    return peek().is(sign);
  }

  boolean isAfter(String sign) {
    return at + 1 < tokens.size() && tokens.get(at + 1).is(sign);
  }

  boolean take(String sign) {
    boolean found = is(sign);
    at += found ? 1 : 0;
    return found;
  }

  void expect(String sign) {
    if (!take(sign)) {
      throw failure(sign);
    }
  }

  void expect(Kind kind) {
    if (next().kind() != kind) {
      at--;
      throw failure(kind.name());
    }
  }

  String name() {
    Token token = next();
    if (token.kind() != Kind.NAME) {
      at -= token.kind() == Kind.END ? 0 : 1;
      throw failure("a name");
    }
    return token.text();
  }

  void enter() {
    if (++depth > DEEPEST) {
      throw new TemplateFailure(
          TemplateFailure.Reason.EXCESS,
          "nesting: deeper (expected: <= " + DEEPEST + ") in line " + peek().line());
    }
  }

  void leave() {
    depth--;
  }

  TemplateFailure failure(String expected) {
    Token found = peek();
    String text = found.text().length() > 40 ? found.text().substring(0, 40) : found.text();
    return new TemplateFailure(
        TemplateFailure.Reason.SYNTAX,
        (found.kind() + " '" + text.replaceAll("\\p{Cntrl}", "?") + "'")
            + (" (expected: " + expected + ") in line " + found.line()));
  }
}
