package dev.myelin.engine.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A part of a template that does something.
sealed interface Statement {
  record Text(String text) implements Statement {}

  record Output(Expression value) implements Statement {}

  record If(List<Branch> branches, List<Statement> otherwise) implements Statement {}

  record Branch(Expression condition, List<Statement> body) {}

  record For(
      List<String> names,
      Expression in,
      @Nullable Expression condition,
      List<Statement> body,
      List<Statement> otherwise)
      implements Statement {}

  record Assign(List<String> names, Expression value) implements Statement {}

  record AssignAttribute(String name, String attribute, Expression value) implements Statement {}

  record AssignBlock(String name, List<Statement> body) implements Statement {}

  record Macro(String name, List<Parameter> parameters, List<Statement> body)
      implements Statement {}

  record Parameter(String name, @Nullable Expression otherwise) {}

  record Leave(Way way) implements Statement {}

  /// How a loop is left early.
  enum Way {
    BREAK,
    CONTINUE
  }
}
