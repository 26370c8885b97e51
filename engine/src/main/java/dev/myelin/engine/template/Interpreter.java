package dev.myelin.engine.template;

import dev.myelin.engine.template.TemplateFailure.Reason;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Carries out the statements of one rendering.
final class Interpreter {
  private static final int DEEPEST_MACRO = 24;

  private final Budget budget;
  private final Evaluator evaluator;
  private StringBuilder out = new StringBuilder();
  private int macros;

  Interpreter(Budget budget) {
    this.budget = budget;
    this.evaluator = new Evaluator(budget);
  }

  String render(List<Statement> body, Map<String, Object> values) {
    Scope scope = new Scope(null);
    evaluator.functions(scope);
    values.forEach(scope::set);
    run(body, scope);
    return out.toString();
  }

  /// Returns how a loop is left, or null if it goes on.
  private Statement.@Nullable Way run(List<Statement> body, Scope scope) {
    for (Statement each : body) {
      budget.step();
      budget.enter();
      Statement.Way way = run(each, scope);
      budget.leave();
      if (way != null) {
        return way;
      }
    }
    return null;
  }

  private Statement.@Nullable Way run(Statement statement, Scope scope) {
    switch (statement) {
      case Statement.Text text -> print(text.text());
      case Statement.Output output ->
          print(evaluator.values().text(evaluator.value(output.value(), scope)));
      case Statement.If choice -> {
        return run(choice, scope);
      }
      case Statement.For loop -> run(loop, scope);
      case Statement.Assign assign -> assign(assign, scope);
      case Statement.AssignAttribute assign -> assign(assign, scope);
      case Statement.AssignBlock assign ->
          scope.set(assign.name(), captured(assign.body(), new Scope(scope)));
      case Statement.Macro macro -> scope.set(macro.name(), function(macro, scope));
      case Statement.Leave leave -> {
        return leave.way();
      }
    }
    return null;
  }

  private void print(String text) {
    budget.spend(text.length());
    out.append(text);
  }

  private Statement.@Nullable Way run(Statement.If choice, Scope scope) {
    for (Statement.Branch each : choice.branches()) {
      if (Values.truth(evaluator.value(each.condition(), scope))) {
        return run(each.body(), scope);
      }
    }
    return run(choice.otherwise(), scope);
  }

  private void run(Statement.For loop, Scope scope) {
    List<Object> items = evaluator.values().items(evaluator.value(loop.in(), scope));
    if (loop.condition() != null) {
      List<Object> kept = new ArrayList<>();
      for (Object each : items) {
        Scope own = new Scope(scope);
        bind(loop.names(), each, own);
        if (Values.truth(evaluator.value(loop.condition(), own))) {
          kept.add(each);
        }
      }
      items = kept;
    }
    for (int i = 0; i < items.size(); i++) {
      budget.step();
      Scope own = new Scope(scope);
      own.set("loop", position(items, i));
      bind(loop.names(), items.get(i), own);
      if (run(loop.body(), own) == Statement.Way.BREAK) {
        break;
      }
    }
    if (items.isEmpty()) {
      run(loop.otherwise(), new Scope(scope));
    }
  }

  private static Map<String, Object> position(List<Object> items, int at) {
    int count = items.size();
    Map<String, Object> loop = new LinkedHashMap<>();
    loop.put("index0", (long) at);
    loop.put("index", at + 1L);
    loop.put("revindex0", count - 1L - at);
    loop.put("revindex", (long) count - at);
    loop.put("first", at == 0);
    loop.put("last", at == count - 1);
    loop.put("length", (long) count);
    if (at > 0) {
      loop.put("previtem", items.get(at - 1));
    }
    if (at < count - 1) {
      loop.put("nextitem", items.get(at + 1));
    }
    Function cycle = (placed, _) -> placed.isEmpty() ? None.NONE : placed.get(at % placed.size());
    loop.put("cycle", cycle);
    return loop;
  }

  private void assign(Statement.Assign assign, Scope scope) {
    bind(assign.names(), evaluator.value(assign.value(), scope), scope);
  }

  private void bind(List<String> names, Object value, Scope scope) {
    if (names.size() == 1) {
      scope.set(names.get(0), value);
      return;
    }
    List<Object> items = evaluator.values().items(value);
    if (items.size() != names.size()) {
      throw new TemplateFailure(
          Reason.VALUE, "values: " + items.size() + " (expected: " + names.size() + ")");
    }
    for (int i = 0; i < items.size(); i++) {
      scope.set(names.get(i), items.get(i));
    }
  }

  private void assign(Statement.AssignAttribute assign, Scope scope) {
    Object target = scope.find(assign.name());
    if (!(target instanceof Namespace namespace)) {
      throw new TemplateFailure(
          Reason.VALUE, assign.name() + ": " + Values.kind(target) + " (expected: a namespace)");
    }
    namespace.set(assign.attribute(), evaluator.value(assign.value(), scope));
  }

  private String captured(List<Statement> body, Scope scope) {
    StringBuilder before = out;
    out = new StringBuilder();
    try {
      run(body, scope);
      return out.toString();
    } finally {
      out = before;
    }
  }

  private Function function(Statement.Macro macro, Scope scope) {
    return (placed, named) -> {
      if (++macros > DEEPEST_MACRO) {
        throw new TemplateFailure(
            Reason.EXCESS, "macros: deeper (expected: <= " + DEEPEST_MACRO + ")");
      }
      Scope own = new Scope(scope.outermost());
      for (int i = 0; i < macro.parameters().size(); i++) {
        Statement.Parameter each = macro.parameters().get(i);
        own.set(each.name(), argument(each, i, placed, named, own));
      }
      String text = captured(macro.body(), own);
      macros--;
      return text;
    };
  }

  private Object argument(
      Statement.Parameter parameter,
      int at,
      List<Object> placed,
      Map<String, Object> named,
      Scope scope) {
    if (at < placed.size()) {
      return placed.get(at);
    }
    Object value = named.get(parameter.name());
    if (value != null) {
      return value;
    }
    return parameter.otherwise() == null
        ? new Undefined(parameter.name())
        : evaluator.value(parameter.otherwise(), scope);
  }
}
