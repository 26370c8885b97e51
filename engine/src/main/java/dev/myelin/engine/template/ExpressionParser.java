package dev.myelin.engine.template;

import dev.myelin.engine.template.Expression.Arguments;
import dev.myelin.engine.template.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Reads expressions, the weakest binding first.
final class ExpressionParser {
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
  private static final Set<String> AFTER_TEST =
      Set.of("else", "or", "and", "is", "if", "not", "in");

  private final Words words;

  ExpressionParser(Words words) {
    this.words = words;
  }

  /// Reads one expression, or several with commas between as a list.
  Expression tuple() {
    Expression first = expression();
    if (!words.is(",")) {
      return first;
    }
    List<Expression> items = new ArrayList<>(List.of(first));
    while (words.take(",") && startsExpression()) {
      items.add(expression());
    }
    return new Expression.ListOf(items);
  }

  Expression expression() {
    words.enter();
    Expression value = or();
    while (words.take("if")) {
      Expression condition = or();
      Expression no = words.take("else") ? expression() : null;
      value = new Expression.Choice(condition, value, no);
    }
    words.leave();
    return value;
  }

  Expression or() {
    Expression left = and();
    int links = 0;
    while (words.take("or")) {
      words.enter();
      links++;
      left = new Expression.Or(left, and());
    }
    leave(links);
    return left;
  }

  private Expression and() {
    Expression left = not();
    int links = 0;
    while (words.take("and")) {
      words.enter();
      links++;
      left = new Expression.And(left, not());
    }
    leave(links);
    return left;
  }

  private Expression not() {
    if (!words.take("not")) {
      return comparison();
    }
    words.enter();
    Expression value = new Expression.Not(not());
    words.leave();
    return value;
  }

  private Expression comparison() {
    Expression first = sum();
    List<Expression.Link> links = new ArrayList<>();
    while (true) {
      String sign = words.peek().text();
      if (words.peek().kind() == Kind.SIGN && COMPARISONS.contains(sign)) {
        words.next();
      } else if (words.is("in")) {
        words.next();
      } else if (words.is("not") && words.isAfter("in")) {
        words.next();
        words.next();
        sign = "not in";
      } else {
        return links.isEmpty() ? first : new Expression.Comparison(first, links);
      }
      links.add(new Expression.Link(sign, sum()));
    }
  }

  private Expression sum() {
    return leftToRight(this::joined, "+", "-");
  }

  private Expression joined() {
    return leftToRight(this::product, "~");
  }

  private Expression product() {
    return leftToRight(this::power, "*", "/", "//", "%");
  }

  private Expression power() {
    return leftToRight(() -> unary(true), "**");
  }

  private Expression leftToRight(Supplier<Expression> operand, String... signs) {
    Expression left = operand.get();
    int links = 0;
    while (true) {
      String sign = words.peek().text();
      if (words.peek().kind() != Kind.SIGN || !List.of(signs).contains(sign)) {
        break;
      }
      words.next();
      words.enter();
      links++;
      left = new Expression.Operation(sign, left, operand.get());
    }
    leave(links);
    return left;
  }

  // A chain nests as deep as it is long, and so does who walks it.
  private void leave(int links) {
    for (int i = 0; i < links; i++) {
      words.leave();
    }
  }

  private Expression unary(boolean filtered) {
    if (words.take("-")) {
      words.enter();
      Expression value = new Expression.Negative(unary(false));
      words.leave();
      return filtered ? filters(value) : value;
    }
    if (words.take("+")) {
      words.enter();
      Expression value = unary(false);
      words.leave();
      return filtered ? filters(value) : value;
    }
    Expression value = postfix(primary());
    return filtered ? filters(value) : value;
  }

  private Expression filters(Expression of) {
    Expression value = of;
    int count = 0;
    while (true) {
      if (words.take("|")) {
        String name = words.name();
        value = new Expression.Filter(value, name, words.is("(") ? arguments() : Arguments.NONE);
      } else if (words.take("is")) {
        value = test(value);
      } else if (words.is("(")) {
        value = new Expression.Call(value, arguments());
      } else {
        break;
      }
      words.enter();
      count++;
    }
    leave(count);
    return value;
  }

  private Expression test(Expression of) {
    boolean not = words.take("not");
    String name = words.name();
    Arguments arguments = Arguments.NONE;
    if (words.is("(")) {
      arguments = arguments();
    } else if (startsTestArgument()) {
      arguments = new Arguments(List.of(postfix(primary())), List.of());
    }
    Expression test = new Expression.Test(of, name, arguments);
    return not ? new Expression.Not(test) : test;
  }

  private boolean startsTestArgument() {
    Token token = words.peek();
    return switch (token.kind()) {
      case STRING, NUMBER -> true;
      case NAME -> !AFTER_TEST.contains(token.text());
      case SIGN -> token.is("[") || token.is("{");
      default -> false;
    };
  }

  private boolean startsExpression() {
    Token token = words.peek();
    return switch (token.kind()) {
      case STRING, NUMBER, NAME -> true;
      case SIGN -> Set.of("(", "[", "{", "-", "+").contains(token.text());
      default -> false;
    };
  }

  private Expression postfix(Expression of) {
    Expression value = of;
    int count = 0;
    while (true) {
      if (words.take(".")) {
        Token token = words.peek();
        if (token.kind() == Kind.NUMBER) {
          words.next();
          value = new Expression.Item(value, new Expression.Literal(whole(token)));
        } else {
          value = new Expression.Attribute(value, words.name());
        }
      } else if (words.take("[")) {
        value = subscript(value);
      } else if (words.is("(")) {
        value = new Expression.Call(value, arguments());
      } else {
        break;
      }
      words.enter();
      count++;
    }
    leave(count);
    return value;
  }

  private Expression subscript(Expression of) {
    Expression from = words.is(":") ? null : expression();
    if (words.take("]") && from != null) {
      return new Expression.Item(of, from);
    }
    words.expect(":");
    Expression to = words.is(":") || words.is("]") ? null : expression();
    Expression step = words.take(":") && !words.is("]") ? expression() : null;
    words.expect("]");
    return new Expression.Slice(of, from, to, step);
  }

  Arguments arguments() {
    words.expect("(");
    List<Expression> placed = new ArrayList<>();
    List<Expression.Named> named = new ArrayList<>();
    while (!words.take(")")) {
      if (words.peek().kind() == Kind.NAME && words.isAfter("=")) {
        String name = words.name();
        words.expect("=");
        named.add(new Expression.Named(name, expression()));
      } else {
        placed.add(expression());
      }
      if (!words.is(")")) {
        words.expect(",");
      }
    }
    return new Arguments(placed, named);
  }

  private Expression primary() {
    Token token = words.peek();
    return switch (token.kind()) {
      case NAME -> named(words.next());
      case STRING -> string();
      case NUMBER -> new Expression.Literal(number(words.next()));
      case SIGN -> bracketed(token);
      default -> throw words.failure("a value");
    };
  }

  private Expression bracketed(Token token) {
    words.next();
    return switch (token.text()) {
      case "(" -> parenthesis();
      case "[" -> new Expression.ListOf(items("]"));
      case "{" -> dict();
      default -> throw words.failure("a value");
    };
  }

  private Expression parenthesis() {
    if (words.take(")")) {
      return new Expression.ListOf(List.of());
    }
    Expression value = tuple();
    words.expect(")");
    return value;
  }

  private List<Expression> items(String close) {
    List<Expression> items = new ArrayList<>();
    while (!words.take(close)) {
      items.add(expression());
      if (!words.is(close)) {
        words.expect(",");
      }
    }
    return items;
  }

  private Expression dict() {
    List<Expression.Pair> pairs = new ArrayList<>();
    while (!words.take("}")) {
      Expression key = expression();
      words.expect(":");
      pairs.add(new Expression.Pair(key, expression()));
      if (!words.is("}")) {
        words.expect(",");
      }
    }
    return new Expression.DictOf(pairs);
  }

  private Expression string() {
    StringBuilder text = new StringBuilder();
    while (words.peek().kind() == Kind.STRING) {
      text.append(words.next().text());
    }
    return new Expression.Literal(text.toString());
  }

  private static Expression named(Token token) {
    @Nullable Object value =
        switch (token.text()) {
          case "true", "True" -> true;
          case "false", "False" -> false;
          case "none", "None" -> None.NONE;
          default -> null;
        };
    return value == null ? new Expression.Name(token.text()) : new Expression.Literal(value);
  }

  private Object number(Token token) {
    return token.text().matches(".*[.eE].*") ? Double.valueOf(token.text()) : whole(token);
  }

  private Object whole(Token token) {
    try {
      return Long.valueOf(token.text());
    } catch (NumberFormatException e) {
      throw words.failure("a whole number of 64 bits");
    }
  }
}
