package dev.myelin.engine.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A part of a template that has a value.
sealed interface Expression {
  record Literal(Object value) implements Expression {}

  record Name(String name) implements Expression {}

  record ListOf(List<Expression> items) implements Expression {}

  record DictOf(List<Pair> pairs) implements Expression {}

  record Pair(Expression key, Expression value) {}

  record Attribute(Expression of, String name) implements Expression {}

  record Item(Expression of, Expression key) implements Expression {}

  record Slice(
      Expression of, @Nullable Expression from, @Nullable Expression to, @Nullable Expression step)
      implements Expression {}

  record Call(Expression of, Arguments arguments) implements Expression {}

  record Filter(Expression of, String name, Arguments arguments) implements Expression {}

  record Test(Expression of, String name, Arguments arguments) implements Expression {}

  record Not(Expression of) implements Expression {}

  record Negative(Expression of) implements Expression {}

  record And(Expression left, Expression right) implements Expression {}

  record Or(Expression left, Expression right) implements Expression {}

  record Operation(String sign, Expression left, Expression right) implements Expression {}

  record Comparison(Expression first, List<Link> links) implements Expression {}

  record Link(String sign, Expression right) {}

  record Choice(Expression condition, Expression yes, @Nullable Expression no)
      implements Expression {}

  /// What stands between parentheses, by place and by name.
  record Arguments(List<Expression> placed, List<Named> named) {
    static final Arguments NONE = new Arguments(List.of(), List.of());
  }

  record Named(String name, Expression value) {}
}
