package dev.myelin.engine.template;

import dev.myelin.engine.template.TemplateFailure.Reason;
import java.util.List;
import java.util.Map;

/// What may stand behind `is`.
final class Tests {
  private final Values values;

  Tests(Values values) {
    this.values = values;
  }

  boolean holds(String name, Object value, List<Object> arguments) {
    return switch (name) {
      case "defined" -> !(value instanceof Undefined);
      case "undefined" -> value instanceof Undefined;
      case "none" -> value == None.NONE;
      case "string" -> value instanceof String;
      case "mapping" -> value instanceof Map<?, ?>;
      case "boolean" -> value instanceof Boolean;
      case "true" -> Boolean.TRUE.equals(value);
      case "false" -> Boolean.FALSE.equals(value);
      case "integer" -> value instanceof Long;
      case "float" -> value instanceof Double;
      case "number" -> Values.isNumber(value);
      case "callable" -> value instanceof Function;
      case "iterable" -> isWalked(value) || value instanceof Undefined;
      case "sequence" -> isWalked(value);
      case "odd" -> Math.floorMod(Values.whole(value), 2) == 1;
      case "even" -> Math.floorMod(Values.whole(value), 2) == 0;
      case "lower" ->
          value instanceof String text && values.text(text).equals(text.toLowerCase(Methods.ROOT));
      case "upper" ->
          value instanceof String text && values.text(text).equals(text.toUpperCase(Methods.ROOT));
      default -> compared(name, value, arguments);
    };
  }

  private boolean compared(String name, Object value, List<Object> arguments) {
    if (arguments.isEmpty()) {
      throw unknown(name);
    }
    Object other = arguments.get(0);
    return switch (name) {
      case "equalto", "eq", "==", "sameas" -> values.same(value, other);
      case "ne", "!=" -> !values.same(value, other);
      case "in" -> values.contains(other, value);
      case "lt", "lessthan", "<" -> values.compare(value, other) < 0;
      case "le", "<=" -> values.compare(value, other) <= 0;
      case "gt", "greaterthan", ">" -> values.compare(value, other) > 0;
      case "ge", ">=" -> values.compare(value, other) >= 0;
      case "divisibleby" ->
          Values.whole(Arithmetic.of("%", Values.whole(value), Values.whole(other))) == 0;
      default -> throw unknown(name);
    };
  }

  private static boolean isWalked(Object value) {
    return value instanceof String || value instanceof List<?> || value instanceof Map<?, ?>;
  }

  private static TemplateFailure unknown(String name) {
    return new TemplateFailure(Reason.SYNTAX, "test: '" + name + "' (expected: a known one)");
  }
}
