package dev.myelin.engine.template;

import dev.myelin.engine.template.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads statements up to the one that ends them.
final class StatementParser {
  private final Words words;
  private final ExpressionParser expressions;

  private StatementParser(Words words) {
    this.words = words;
    this.expressions = new ExpressionParser(words);
  }

  static List<Statement> parse(String source) {
    StatementParser parser = new StatementParser(new Words(Lexer.tokens(source)));
    List<Statement> all = parser.until(Set.of());
    if (parser.words.peek().kind() != Kind.END) {
      throw parser.words.failure("the end");
    }
    return all;
  }

  /// Reads up to a block that begins with one of these words, whose opening is taken.
  private List<Statement> until(Set<String> ends) {
    words.enter();
    List<Statement> body = new ArrayList<>();
    while (words.peek().kind() != Kind.END) {
      Token token = words.next();
      switch (token.kind()) {
        case DATA -> body.add(new Statement.Text(token.text()));
        case OPEN_VALUE -> {
          body.add(new Statement.Output(expressions.tuple()));
          words.expect(Kind.CLOSE_VALUE);
        }
        case OPEN_BLOCK -> {
          if (ends.contains(words.peek().text())) {
            words.leave();
            return body;
          }
          body.addAll(block());
        }
        default -> throw words.failure("text or braces");
      }
    }
    if (!ends.isEmpty()) {
      throw words.failure("one of " + ends);
    }
    words.leave();
    return body;
  }

  private List<Statement> block() {
    Token token = words.peek();
    return switch (words.name()) {
      case "if" -> List.of(condition());
      case "for" -> List.of(loop());
      case "set" -> List.of(assignment());
      case "macro" -> List.of(macro());
      case "break" -> List.of(leave(Statement.Way.BREAK));
      case "continue" -> List.of(leave(Statement.Way.CONTINUE));
      // What the model says, marked for training: nothing else.
      case "generation" -> {
        close();
        List<Statement> body = until(Set.of("endgeneration"));
        end();
        yield body;
      }
      default ->
          throw new TemplateFailure(
              TemplateFailure.Reason.SYNTAX,
              ("block: '" + token.text() + "' (expected: if, for, set, macro, break, continue")
                  + (" or generation) in line " + token.line()));
    };
  }

  private Statement condition() {
    List<Statement.Branch> branches = new ArrayList<>();
    List<Statement> otherwise = List.of();
    Expression condition = expressions.tuple();
    close();
    while (true) {
      branches.add(new Statement.Branch(condition, until(Set.of("elif", "else", "endif"))));
      String word = words.name();
      if (word.equals("elif")) {
        condition = expressions.tuple();
        close();
        continue;
      }
      close();
      if (word.equals("else")) {
        otherwise = until(Set.of("endif"));
        end();
      }
      return new Statement.If(branches, otherwise);
    }
  }

  private Statement loop() {
    List<String> names = names();
    words.expect("in");
    Expression in = loopValue();
    @Nullable Expression condition = words.take("if") ? expressions.expression() : null;
    close();
    List<Statement> body = until(Set.of("else", "endfor"));
    List<Statement> otherwise = List.of();
    boolean more = words.is("else");
    end();
    if (more) {
      otherwise = until(Set.of("endfor"));
      end();
    }
    return new Statement.For(names, in, condition, body, otherwise);
  }

  // An `if` after it belongs to the loop.
  private Expression loopValue() {
    Expression first = expressions.or();
    if (!words.is(",")) {
      return first;
    }
    List<Expression> items = new ArrayList<>(List.of(first));
    while (words.take(",")) {
      items.add(expressions.or());
    }
    return new Expression.ListOf(items);
  }

  private Statement assignment() {
    String name = words.name();
    if (words.take(".")) {
      String attribute = words.name();
      words.expect("=");
      Expression value = expressions.tuple();
      close();
      return new Statement.AssignAttribute(name, attribute, value);
    }
    if (words.peek().kind() == Kind.CLOSE_BLOCK) {
      close();
      List<Statement> body = until(Set.of("endset"));
      end();
      return new Statement.AssignBlock(name, body);
    }
    List<String> names = new ArrayList<>(List.of(name));
    while (words.take(",")) {
      names.add(words.name());
    }
    words.expect("=");
    Expression value = expressions.tuple();
    close();
    return new Statement.Assign(names, value);
  }

  private Statement macro() {
    String name = words.name();
    List<Statement.Parameter> parameters = new ArrayList<>();
    words.expect("(");
    while (!words.take(")")) {
      String parameter = words.name();
      Expression otherwise = words.take("=") ? expressions.expression() : null;
      parameters.add(new Statement.Parameter(parameter, otherwise));
      if (!words.is(")")) {
        words.expect(",");
      }
    }
    close();
    List<Statement> body = until(Set.of("endmacro"));
    end();
    return new Statement.Macro(name, parameters, body);
  }

  private Statement leave(Statement.Way way) {
    close();
    return new Statement.Leave(way);
  }

  private List<String> names() {
    boolean parenthesis = words.take("(");
    List<String> names = new ArrayList<>(List.of(words.name()));
    while (words.take(",")) {
      names.add(words.name());
    }
    if (parenthesis) {
      words.expect(")");
    }
    return names;
  }

  private void end() {
    words.name();
    if (words.peek().kind() == Kind.NAME) {
      words.next();
    }
    close();
  }

  private void close() {
    words.expect(Kind.CLOSE_BLOCK);
  }
}
