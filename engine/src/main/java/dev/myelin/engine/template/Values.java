package dev.myelin.engine.template;

import dev.myelin.engine.template.TemplateFailure.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What values are and become, as Python has it: text, whole and other numbers, truths, lists,
/// dictionaries, no value, and what is undefined.
final class Values {
  private static final int DEEPEST = 64;

  private final Budget budget;

  Values(Budget budget) {
    this.budget = budget;
  }

  static boolean truth(Object value) {
    return switch (value) {
      case Boolean truth -> truth;
      case String text -> !text.isEmpty();
      case Long number -> number != 0;
      case Double number -> number != 0;
      case List<?> list -> !list.isEmpty();
      case Map<?, ?> map -> !map.isEmpty();
      case None _, Undefined _ -> false;
      default -> true;
    };
  }

  /// Returns the value as text, as it is printed.
  String text(Object value) {
    return switch (value) {
      case String own -> {
        budget.spend(own.length());
        yield own;
      }
      case Undefined _ -> "";
      default -> {
        CountedText out = new CountedText(budget);
        show(value, 0, out);
        yield out.toString();
      }
    };
  }

  private void show(Object value, int depth, CountedText out) {
    budget.step();
    if (depth > DEEPEST) {
      throw new TemplateFailure(
          Reason.EXCESS, "value: nested deeper (expected: <= " + DEEPEST + ")");
    }
    switch (value) {
      case String text -> quote(text, out);
      case Boolean truth -> out.append(truth ? "True" : "False");
      case Long number -> out.append(number.toString());
      case Double number -> out.append(decimal(number));
      case None _ -> out.append("None");
      case Undefined _ -> out.append("Undefined");
      case List<?> list -> {
        String between = "[";
        for (Object each : list) {
          show(each, depth + 1, out.append(between));
          between = ", ";
        }
        out.append(list.isEmpty() ? "[]" : "]");
      }
      case Map<?, ?> map -> {
        String between = "{";
        for (Map.Entry<?, ?> each : map.entrySet()) {
          show(each.getKey(), depth + 1, out.append(between));
          show(each.getValue(), depth + 1, out.append(": "));
          between = ", ";
        }
        out.append(map.isEmpty() ? "{}" : "}");
      }
      default -> out.append("<" + kind(value) + ">");
    }
  }

  static String decimal(double number) {
    if (Double.isNaN(number)) {
      return "nan";
    }
    if (Double.isInfinite(number)) {
      return number > 0 ? "inf" : "-inf";
    }
    if (number == 0) {
      return Double.toString(number); // with its sign
    }
    boolean plain = Math.abs(number) >= 1e-4 && Math.abs(number) < 1e16;
    if (plain) {
      String text = new java.math.BigDecimal(Double.toString(number)).toPlainString();
      return text.contains(".") ? text : text + ".0";
    }
    return Double.toString(number).replace("E-", "e-").replace("E", "e+").replace(".0e", "e");
  }

  private static void quote(String text, CountedText out) {
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    out.append(quote);
    for (int i = 0; i < text.length(); i++) {
      char each = text.charAt(i);
      switch (each) {
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\\' -> out.append("\\\\");
        default -> {
          if (each == quote) {
            out.append('\\');
          }
          out.append(each);
        }
      }
    }
    out.append(quote);
  }

  boolean same(Object left, Object right) {
    return same(left, right, 0);
  }

  private boolean same(Object left, Object right, int depth) {
    budget.step();
    if (depth > DEEPEST) {
      throw new TemplateFailure(
          Reason.EXCESS, "value: nested deeper (expected: <= " + DEEPEST + ")");
    }
    if (isNumber(left) && isNumber(right)) {
      return isDecimal(left, right) ? number(left) == number(right) : whole(left) == whole(right);
    }
    return switch (left) {
      case List<?> list -> right instanceof List<?> other && sameItems(list, other, depth);
      case Map<?, ?> map -> right instanceof Map<?, ?> other && samePairs(map, other, depth);
      case Undefined _ -> right instanceof Undefined;
      case String text -> {
        budget.spend(text.length() / 8);
        yield text.equals(right);
      }
      case None _ -> right == None.NONE;
      // Functions and namespaces are no values to compare.
      default -> false;
    };
  }

  private boolean sameItems(List<?> left, List<?> right, int depth) {
    boolean same = left.size() == right.size();
    for (int i = 0; same && i < left.size(); i++) {
      same = same(left.get(i), right.get(i), depth + 1);
    }
    return same;
  }

  private boolean samePairs(Map<?, ?> left, Map<?, ?> right, int depth) {
    if (left.size() != right.size()) {
      return false;
    }
    for (Map.Entry<?, ?> each : left.entrySet()) {
      Object other = right.get(each.getKey());
      if (other == null || !same(each.getValue(), other, depth + 1)) {
        return false;
      }
    }
    return true;
  }

  int compare(Object left, Object right) {
    if (isNumber(left) && isNumber(right)) {
      return isDecimal(left, right)
          ? Double.compare(number(left), number(right))
          : Long.compare(whole(left), whole(right));
    }
    if (left instanceof String one && right instanceof String other) {
      budget.spend(Math.min(one.length(), other.length()));
      return one.compareTo(other);
    }
    throw new TemplateFailure(
        Reason.VALUE,
        "order of " + kind(left) + " and " + kind(right) + " (expected: numbers or texts)");
  }

  boolean contains(Object container, Object item) {
    return switch (container) {
      case String text -> {
        String part = expectText(item, "in");
        budget.spend(1 + (long) text.length() * Math.max(1, part.length()) / 4);
        yield text.contains(part);
      }
      case List<?> list -> list.stream().anyMatch(each -> same(each, item));
      case Map<?, ?> map -> found(map, item) != null;
      case Undefined _ -> false;
      default ->
          throw new TemplateFailure(
              Reason.VALUE, "in: " + kind(container) + " (expected: text, list or dictionary)");
    };
  }

  /// Returns what stands in a dictionary under a key, or null.
  static @Nullable Object found(Map<?, ?> map, Object key) {
    return key instanceof Undefined ? null : map.get(key(key));
  }

  /// Returns the value if it may be a key. Lists and dictionaries may not: what they hash to takes
  /// as long as they are deep, and they may hold themselves.
  static Object key(Object value) {
    if (value instanceof String || isNumber(value) || value == None.NONE) {
      return value;
    }
    throw new TemplateFailure(
        Reason.VALUE, "key: " + kind(value) + " (expected: text, a number, a truth or none)");
  }

  /// Returns what a loop over the value walks.
  List<Object> items(Object value) {
    List<Object> items =
        switch (value) {
          case List<?> list -> new ArrayList<>(list);
          case Map<?, ?> map -> new ArrayList<>(map.keySet());
          case String text -> letters(text);
          case Undefined _ -> List.of();
          default ->
              throw new TemplateFailure(
                  Reason.VALUE, "loop: over " + kind(value) + " (expected: a list)");
        };
    budget.spend(items.size());
    return items;
  }

  private List<Object> letters(String text) {
    budget.spend(8L * text.length());
    return new ArrayList<>(text.codePoints().mapToObj(Character::toString).toList());
  }

  static boolean isNumber(Object value) {
    return value instanceof Long || value instanceof Double || value instanceof Boolean;
  }

  private static boolean isDecimal(Object left, Object right) {
    return left instanceof Double || right instanceof Double;
  }

  static double number(Object value) {
    return switch (value) {
      case Long number -> number;
      case Double number -> number;
      case Boolean truth -> truth ? 1 : 0;
      default ->
          throw new TemplateFailure(
              Reason.VALUE, "number: " + kind(value) + " (expected: a number)");
    };
  }

  static long whole(Object value) {
    return switch (value) {
      case Long number -> number;
      case Boolean truth -> truth ? 1 : 0;
      default ->
          throw new TemplateFailure(
              Reason.VALUE, "number: " + kind(value) + " (expected: a whole number)");
    };
  }

  static String expectText(Object value, String where) {
    if (value instanceof String text) {
      return text;
    }
    throw new TemplateFailure(Reason.VALUE, where + ": " + kind(value) + " (expected: text)");
  }

  static String kind(Object value) {
    return switch (value) {
      case String _ -> "text";
      case Boolean _ -> "truth";
      case Long _, Double _ -> "number";
      case List<?> _ -> "list";
      case Map<?, ?> _ -> "dictionary";
      case None _ -> "none";
      case Undefined undefined -> "undefined '" + undefined.name() + "'";
      default -> "function";
    };
  }
}
