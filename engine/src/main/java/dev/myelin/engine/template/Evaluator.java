package dev.myelin.engine.template;

import dev.myelin.engine.template.TemplateFailure.Reason;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Finds the values of expressions.
final class Evaluator {
  private static final long LONGEST_RANGE = 100_000;

  private final Budget budget;
  private final Values values;
  private final Filters filters;
  private final Tests tests;
  private final Methods methods;

  Evaluator(Budget budget) {
    this.budget = budget;
    this.values = new Values(budget);
    this.tests = new Tests(values);
    this.methods = new Methods(budget, values);
    this.filters = new Filters(budget, values, tests, methods);
  }

  Values values() {
    return values;
  }

  /// Sets what every template may call.
  void functions(Scope scope) {
    Function raise =
        (placed, _) -> {
          throw new TemplateFailure(
              Reason.RAISED, placed.isEmpty() ? "raised" : values.text(placed.get(0)));
        };
    Function namespace =
        (_, named) -> {
          Namespace made = new Namespace();
          named.forEach(made::set);
          return made;
        };
    Function dict = (_, named) -> new LinkedHashMap<Object, Object>(named);
    Function range = (placed, _) -> range(placed);
    scope.set("raise_exception", raise);
    scope.set("namespace", namespace);
    scope.set("dict", dict);
    scope.set("range", range);
  }

  Object value(Expression expression, Scope scope) {
    budget.step();
    budget.enter();
    Object value = valueOf(expression, scope);
    budget.leave();
    return value;
  }

  private Object valueOf(Expression expression, Scope scope) {
    return switch (expression) {
      case Expression.Literal literal -> literal.value();
      case Expression.Name name -> scope.find(name.name());
      case Expression.ListOf list -> all(list.items(), scope);
      case Expression.DictOf dict -> dict(dict, scope);
      case Expression.Attribute attribute ->
          attribute(value(attribute.of(), scope), attribute.name());
      case Expression.Item item -> item(value(item.of(), scope), value(item.key(), scope));
      case Expression.Slice slice -> slice(slice, scope);
      case Expression.Call call -> call(call, scope);
      case Expression.Filter filter ->
          filters.apply(
              filter.name(),
              value(filter.of(), scope),
              all(filter.arguments().placed(), scope),
              named(filter.arguments(), scope));
      case Expression.Test test ->
          tests.holds(test.name(), value(test.of(), scope), all(test.arguments().placed(), scope));
      case Expression.Not not -> !Values.truth(value(not.of(), scope));
      case Expression.Negative negative -> negative(value(negative.of(), scope));
      case Expression.And and -> {
        Object left = value(and.left(), scope);
        yield Values.truth(left) ? value(and.right(), scope) : left;
      }
      case Expression.Or or -> {
        Object left = value(or.left(), scope);
        yield Values.truth(left) ? left : value(or.right(), scope);
      }
      case Expression.Operation operation ->
          operation(
              operation.sign(), value(operation.left(), scope), value(operation.right(), scope));
      case Expression.Comparison comparison -> comparison(comparison, scope);
      case Expression.Choice choice -> choice(choice, scope);
    };
  }

  private Object choice(Expression.Choice choice, Scope scope) {
    if (Values.truth(value(choice.condition(), scope))) {
      return value(choice.yes(), scope);
    }
    return choice.no() == null ? new Undefined("else") : value(choice.no(), scope);
  }

  private List<Object> all(List<Expression> expressions, Scope scope) {
    List<Object> found = new ArrayList<>(expressions.size());
    for (Expression each : expressions) {
      found.add(value(each, scope));
    }
    return found;
  }

  private Map<String, Object> named(Expression.Arguments arguments, Scope scope) {
    Map<String, Object> found = new LinkedHashMap<>();
    for (Expression.Named each : arguments.named()) {
      found.put(each.name(), value(each.value(), scope));
    }
    return found;
  }

  private Object dict(Expression.DictOf dict, Scope scope) {
    Map<Object, Object> map = new LinkedHashMap<>();
    for (Expression.Pair each : dict.pairs()) {
      Object key = Values.key(value(each.key(), scope));
      map.put(key, value(each.value(), scope));
    }
    return map;
  }

  private static Object attribute(Object of, String name) {
    return switch (of) {
      case Map<?, ?> map -> found(map.get(name), name);
      case Namespace namespace -> namespace.find(name);
      case Undefined undefined ->
          throw new TemplateFailure(
              Reason.VALUE, undefined.name() + ": undefined (expected: one with " + name + ")");
      default -> new Undefined(name);
    };
  }

  private Object item(Object of, Object key) {
    return switch (of) {
      case Map<?, ?> map -> found(Values.found(map, key), name(key));
      case List<?> list -> found(at(list, key), name(key));
      case String text -> found(at(values.items(text), key), name(key));
      case Namespace namespace -> namespace.find(name(key));
      case Undefined undefined ->
          throw new TemplateFailure(
              Reason.VALUE, undefined.name() + ": undefined (expected: one with items)");
      default -> new Undefined(name(key));
    };
  }

  // Not all of a list or dictionary: it may hold itself.
  private static String name(Object key) {
    return key instanceof String || Values.isNumber(key) ? String.valueOf(key) : Values.kind(key);
  }

  private static @Nullable Object at(List<?> list, Object key) {
    if (!(key instanceof Long place)) {
      return null;
    }
    long at = place < 0 ? place + list.size() : place;
    return at < 0 || at >= list.size() ? null : list.get((int) at);
  }

  private static Object found(@Nullable Object value, String name) {
    return value == null ? new Undefined(name) : value;
  }

  private Object slice(Expression.Slice slice, Scope scope) {
    Object of = value(slice.of(), scope);
    if (!(of instanceof List<?> || of instanceof String)) {
      throw new TemplateFailure(
          Reason.VALUE, "slice: of " + Values.kind(of) + " (expected: a list or text)");
    }
    List<Object> items = values.items(of);
    long step = bound(slice.step(), 1, scope);
    if (step == 0) {
      throw new TemplateFailure(Reason.VALUE, "step: 0 (expected: another)");
    }
    long size = items.size();
    boolean up = step > 0;
    long from = clipped(bound(slice.from(), up ? 0 : size, scope), size, up ? 0 : -1);
    long to =
        slice.to() == null ? (up ? size : -1) : clipped(bound(slice.to(), 0, scope), size, -1);
    from = up ? from : Math.min(from, size - 1);
    List<Object> part = new ArrayList<>();
    for (long at = from; up ? at < Math.min(to, size) : at > to; at += step) {
      part.add(items.get((int) at));
    }
    return of instanceof String ? joined(part) : part;
  }

  private static long clipped(long place, long size, long least) {
    long at = place < 0 ? place + size : place;
    return Math.max(least, Math.min(size, at));
  }

  private long bound(@Nullable Expression expression, long otherwise, Scope scope) {
    if (expression == null) {
      return otherwise;
    }
    Object value = value(expression, scope);
    return value == None.NONE
        ? otherwise
        : Math.max(-(1L << 31), Math.min(1L << 31, Values.whole(value)));
  }

  private static String joined(List<Object> letters) {
    StringBuilder text = new StringBuilder();
    letters.forEach(text::append);
    return text.toString();
  }

  private Object call(Expression.Call call, Scope scope) {
    List<Object> placed = all(call.arguments().placed(), scope);
    Map<String, Object> named = named(call.arguments(), scope);
    if (call.of() instanceof Expression.Attribute attribute) {
      Object of = value(attribute.of(), scope);
      if (of instanceof String || (of instanceof Map<?, ?> && methods.isOfMap(attribute.name()))) {
        return methods.call(of, attribute.name(), placed, named);
      }
      return call(attribute(of, attribute.name()), attribute.name(), placed, named);
    }
    return call(value(call.of(), scope), "value", placed, named);
  }

  private static Object call(
      Object function, String name, List<Object> placed, Map<String, Object> named) {
    if (function instanceof Function callable) {
      return callable.call(placed, named);
    }
    throw new TemplateFailure(
        Reason.VALUE, name + ": " + Values.kind(function) + " (expected: a function)");
  }

  private static Object negative(Object value) {
    return value instanceof Double number ? (Object) (-number) : Arithmetic.of("-", 0L, value);
  }

  private Object comparison(Expression.Comparison comparison, Scope scope) {
    Object left = value(comparison.first(), scope);
    for (Expression.Link each : comparison.links()) {
      Object right = value(each.right(), scope);
      if (!holds(each.sign(), left, right)) {
        return false;
      }
      left = right;
    }
    return true;
  }

  private boolean holds(String sign, Object left, Object right) {
    return switch (sign) {
      case "==" -> values.same(left, right);
      case "!=" -> !values.same(left, right);
      case "in" -> values.contains(right, left);
      case "not in" -> !values.contains(right, left);
      case "<" -> values.compare(left, right) < 0;
      case "<=" -> values.compare(left, right) <= 0;
      case ">" -> values.compare(left, right) > 0;
      default -> values.compare(left, right) >= 0;
    };
  }

  private Object operation(String sign, Object left, Object right) {
    if (sign.equals("~")) {
      return concatenated(values.text(left), values.text(right));
    }
    if (sign.equals("+") && left instanceof String one && right instanceof String other) {
      return concatenated(one, other);
    }
    if (sign.equals("+") && left instanceof List<?> one && right instanceof List<?> other) {
      List<Object> both = values.items(one);
      both.addAll(values.items(other));
      return both;
    }
    if (sign.equals("*") && left instanceof String text && right instanceof Long count) {
      long times = Math.max(0, count);
      budget.spend(Math.multiplyFull(text.length(), (int) Math.min(times, Integer.MAX_VALUE)));
      return text.repeat(text.isEmpty() ? 0 : (int) times);
    }
    if (!Values.isNumber(left) || !Values.isNumber(right)) {
      throw new TemplateFailure(
          Reason.VALUE,
          ("'" + sign + "': " + Values.kind(left) + " and " + Values.kind(right))
              + " (expected: two numbers, texts or lists)");
    }
    return Arithmetic.of(sign, left, right);
  }

  private String concatenated(String left, String right) {
    budget.spend((long) left.length() + right.length());
    return left.concat(right);
  }

  private Object range(List<Object> placed) {
    List<Long> bounds = placed.stream().map(Values::whole).toList();
    if (bounds.isEmpty() || bounds.size() > 3) {
      throw new TemplateFailure(Reason.VALUE, "range: no bounds (expected: 1..3)");
    }
    long from = bounds.size() == 1 ? 0 : bounds.get(0);
    long to = bounds.size() == 1 ? bounds.get(0) : bounds.get(1);
    long step = bounds.size() == 3 ? bounds.get(2) : 1;
    if (step == 0) {
      throw new TemplateFailure(Reason.VALUE, "range: step 0 (expected: another)");
    }
    List<Object> numbers = new ArrayList<>();
    for (long at = from; step > 0 ? at < to : at > to; at += step) {
      if (numbers.size() >= LONGEST_RANGE) {
        throw new TemplateFailure(
            Reason.EXCESS, "range: longer (expected: <= " + LONGEST_RANGE + ")");
      }
      budget.step();
      numbers.add(at);
      if (step > 0 ? at > Long.MAX_VALUE - step : at < Long.MIN_VALUE - step) {
        break;
      }
    }
    return numbers;
  }
}
