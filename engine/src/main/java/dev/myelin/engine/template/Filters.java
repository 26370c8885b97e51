package dev.myelin.engine.template;

import dev.myelin.engine.template.TemplateFailure.Reason;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/// What may stand behind `|`.
final class Filters {
  private static final int MOST_ARGUMENTS = 16;

  private final Budget budget;
  private final Values values;
  private final Tests tests;
  private final Methods methods;

  Filters(Budget budget, Values values, Tests tests, Methods methods) {
    this.budget = budget;
    this.values = values;
    this.tests = tests;
    this.methods = methods;
  }

  Object apply(String name, Object value, List<Object> placed, Map<String, Object> named) {
    return switch (name) {
      case "trim" -> methods.stripped(values.text(value), placed, true, true);
      case "length", "count" -> length(value);
      case "upper" -> values.text(value).toUpperCase(Methods.ROOT);
      case "lower" -> values.text(value).toLowerCase(Methods.ROOT);
      case "capitalize" -> Methods.capitalized(values.text(value));
      case "title" -> Methods.title(values.text(value));
      case "string" -> values.text(value);
      case "safe" -> value;
      case "replace" -> methods.replaced(values.text(value), placed);
      case "tojson" -> new JsonText(budget).of(value, placed, named);
      case "default", "d" -> defaulted(value, placed, named);
      case "int" -> whole(value, otherwise(placed, named, 0L));
      case "float" -> decimal(value, otherwise(placed, named, 0.0));
      case "abs" -> Arithmetic.absolute(value);
      default -> applyToList(name, value, placed, named);
    };
  }

  private Object applyToList(
      String name, Object value, List<Object> placed, Map<String, Object> named) {
    return switch (name) {
      case "list" -> values.items(value);
      case "first" -> edge(values.items(value), 0);
      case "last" -> edge(values.items(value), -1);
      case "join" -> joined(value, placed, named);
      case "items" ->
          value instanceof Undefined ? List.of() : methods.call(map(value), name, placed, named);
      case "dictsort" -> sorted(methods.call(map(value), "items", placed, named));
      case "reverse" -> reversed(value);
      case "unique" -> unique(values.items(value));
      case "map" -> mapped(values.items(value), placed, named);
      case "select" -> kept(values.items(value), "", placed, true);
      case "reject" -> kept(values.items(value), "", placed, false);
      case "selectattr" -> keptByAttribute(value, placed, true);
      case "rejectattr" -> keptByAttribute(value, placed, false);
      case "indent" -> indented(values.text(value), placed, named);
      default ->
          throw new TemplateFailure(
              Reason.SYNTAX, "filter: '" + name + "' (expected: a known one)");
    };
  }

  private Object length(Object value) {
    return switch (value) {
      case String text -> {
        budget.spend(text.length());
        yield (long) text.codePointCount(0, text.length());
      }
      case List<?> list -> (long) list.size();
      case Map<?, ?> map -> (long) map.size();
      case Undefined _ -> 0L;
      default ->
          throw new TemplateFailure(
              Reason.VALUE, "length: of " + Values.kind(value) + " (expected: text or a list)");
    };
  }

  private static Object defaulted(Object value, List<Object> placed, Map<String, Object> named) {
    Object otherwise = placed.isEmpty() ? named.getOrDefault("default_value", "") : placed.get(0);
    Object falseToo = placed.size() > 1 ? placed.get(1) : named.getOrDefault("boolean", false);
    boolean missing =
        value instanceof Undefined || (Values.truth(falseToo) && !Values.truth(value));
    return missing ? otherwise : value;
  }

  private static Object otherwise(List<Object> placed, Map<String, Object> named, Object usual) {
    return placed.isEmpty() ? named.getOrDefault("default", usual) : placed.get(0);
  }

  private Object whole(Object value, Object otherwise) {
    if (value instanceof Long || value instanceof Boolean) {
      return Values.whole(value);
    }
    if (value instanceof String text) {
      try {
        return Long.parseLong(values.text(text).strip());
      } catch (NumberFormatException _) {
        // Perhaps it has a point.
      }
    }
    if (!(decimal(value, otherwise) instanceof Double number) || Double.isNaN(number)) {
      return otherwise;
    }
    if (Math.abs(number) >= 0x1p63) {
      throw new TemplateFailure(
          Reason.VALUE, "int: " + Values.decimal(number) + " (expected: a number of 64 bits)");
    }
    return number.longValue();
  }

  private Object decimal(Object value, Object otherwise) {
    if (!(value instanceof String text)) {
      return Values.isNumber(value) || value instanceof Undefined
          ? Values.number(value)
          : otherwise;
    }
    try {
      return Double.parseDouble(values.text(text).strip());
    } catch (NumberFormatException _) {
      return otherwise;
    }
  }

  private static Object edge(List<Object> items, int at) {
    return items.isEmpty() ? new Undefined("item") : items.get(at < 0 ? items.size() - 1 : 0);
  }

  private Object joined(Object value, List<Object> placed, Map<String, Object> named) {
    Object sign = placed.isEmpty() ? named.getOrDefault("d", "") : placed.get(0);
    List<Object> items = values.items(value);
    Object attribute = placed.size() > 1 ? placed.get(1) : named.get("attribute");
    if (attribute != null) {
      items = new ArrayList<>(items.stream().map(each -> part(each, attribute)).toList());
    }
    return methods.joined(values.text(sign), items);
  }

  private static Map<?, ?> map(Object value) {
    if (value instanceof Map<?, ?> map) {
      return map;
    }
    throw new TemplateFailure(
        Reason.VALUE, "items: of " + Values.kind(value) + " (expected: a dictionary)");
  }

  private Object sorted(Object pairs) {
    List<Object> items = values.items(pairs);
    budget.spend(32L * items.size());
    items.sort((one, other) -> values.compare(((List<?>) one).get(0), ((List<?>) other).get(0)));
    return items;
  }

  private Object reversed(Object value) {
    List<Object> items = values.items(value);
    Collections.reverse(items);
    return value instanceof String ? methods.joined("", items) : items;
  }

  private Object unique(List<Object> items) {
    List<Object> found = new ArrayList<>();
    for (Object each : items) {
      if (found.stream().noneMatch(other -> values.same(other, each))) {
        found.add(each);
      }
    }
    return found;
  }

  private Object mapped(List<Object> items, List<Object> placed, Map<String, Object> named) {
    // Each level needs another name among the arguments, of which there may be thousands.
    if (placed.size() > MOST_ARGUMENTS) {
      throw new TemplateFailure(
          Reason.EXCESS,
          "map: " + placed.size() + " arguments (expected: <= " + MOST_ARGUMENTS + ")");
    }
    Object attribute = named.get("attribute");
    List<Object> found = new ArrayList<>();
    for (Object each : items) {
      Object value =
          attribute != null
              ? part(each, attribute)
              : apply(
                  Values.expectText(placed.isEmpty() ? None.NONE : placed.get(0), "map"),
                  each,
                  placed.subList(1, placed.size()),
                  named);
      found.add(value instanceof Undefined ? named.getOrDefault("default", value) : value);
    }
    return found;
  }

  private Object keptByAttribute(Object value, List<Object> placed, boolean keeps) {
    if (placed.isEmpty()) {
      throw new TemplateFailure(Reason.VALUE, "selectattr: no attribute (expected: one)");
    }
    String attribute = Values.expectText(placed.get(0), "selectattr");
    return kept(values.items(value), attribute, placed.subList(1, placed.size()), keeps);
  }

  private Object kept(List<Object> items, String attribute, List<Object> placed, boolean keeps) {
    List<Object> found = new ArrayList<>();
    for (Object each : items) {
      Object tested = attribute.isEmpty() ? each : part(each, attribute);
      boolean holds =
          placed.isEmpty()
              ? Values.truth(tested)
              : tests.holds(
                  Values.expectText(placed.get(0), "test"),
                  tested,
                  placed.subList(1, placed.size()));
      if (holds == keeps) {
        found.add(each);
      }
    }
    return found;
  }

  private Object part(Object of, Object attribute) {
    Object value = of;
    for (String name : values.text(Values.expectText(attribute, "attribute")).split("\\.", 16)) {
      Object inner = value instanceof Map<?, ?> map ? map.get(name) : null;
      value = inner == null ? new Undefined(name) : inner;
    }
    return value;
  }

  private Object indented(String text, List<Object> placed, Map<String, Object> named) {
    Object width = placed.isEmpty() ? named.getOrDefault("width", 4L) : placed.get(0);
    Object first = placed.size() > 1 ? placed.get(1) : named.getOrDefault("first", false);
    long blanks = width instanceof String ? 0 : Math.max(0, Math.min(1000, Values.whole(width)));
    String prefix = width instanceof String own ? own : " ".repeat((int) blanks);
    StringBuilder out = new StringBuilder();
    String[] lines = text.split("\n", -1);
    for (int i = 0; i < lines.length; i++) {
      String line = lines[i];
      boolean indents = i == 0 ? Values.truth(first) : !line.isEmpty();
      budget.spend(line.length() + 1L + (indents ? prefix.length() : 0));
      out.append(i == 0 ? "" : "\n").append(indents ? prefix : "").append(line);
    }
    return out.toString();
  }
}
