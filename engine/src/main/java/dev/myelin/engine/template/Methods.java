package dev.myelin.engine.template;

import dev.myelin.engine.template.TemplateFailure.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// The methods of text and dictionaries that templates call.
final class Methods {
  static final Locale ROOT = Locale.ROOT;

  private static final Set<String> OF_MAP = Set.of("items", "keys", "values", "get");

  private final Budget budget;
  private final Values values;

  Methods(Budget budget, Values values) {
    this.budget = budget;
    this.values = values;
  }

  boolean isOfMap(String name) {
    return OF_MAP.contains(name);
  }

  Object call(Object of, String name, List<Object> placed, Map<String, Object> named) {
    return of instanceof String text
        ? ofText(text, name, placed, named)
        : ofMap((Map<?, ?>) of, name, placed);
  }

  private Object ofText(String text, String name, List<Object> placed, Map<String, Object> named) {
    budget.spend(text.length());
    return switch (name) {
      case "strip" -> stripped(text, placed, true, true);
      case "lstrip" -> stripped(text, placed, true, false);
      case "rstrip" -> stripped(text, placed, false, true);
      case "startswith" -> prefixes(placed, name).stream().anyMatch(text::startsWith);
      case "endswith" -> prefixes(placed, name).stream().anyMatch(text::endsWith);
      case "upper" -> text.toUpperCase(ROOT);
      case "lower" -> text.toLowerCase(ROOT);
      case "title" -> title(text);
      case "capitalize" -> capitalized(text);
      case "split" -> split(text, argument(placed, named, 0, "sep"), limit(placed, named));
      case "splitlines" -> lines(text);
      case "replace" -> replaced(text, placed);
      case "find" -> (long) text.indexOf(searched(text, placed, name));
      case "rfind" -> (long) text.lastIndexOf(searched(text, placed, name));
      case "count" -> count(text, searched(text, placed, name));
      case "join" -> joined(text, values.items(argument(placed, named, 0, "iterable")));
      case "removeprefix" -> removedPrefix(text, first(placed, name));
      case "removesuffix" -> removedSuffix(text, first(placed, name));
      case "isdigit" -> !text.isEmpty() && text.chars().allMatch(Character::isDigit);
      default -> throw unknown(name);
    };
  }

  private Object ofMap(Map<?, ?> map, String name, List<Object> placed) {
    budget.spend(map.size());
    List<Object> found = new ArrayList<>();
    switch (name) {
      case "keys" -> found.addAll(map.keySet());
      case "values" -> found.addAll(map.values());
      case "items" -> map.forEach((key, value) -> found.add(List.of((Object) key, (Object) value)));
      default -> {
        Object value = placed.isEmpty() ? null : Values.found(map, placed.get(0));
        return value != null ? value : placed.size() > 1 ? placed.get(1) : None.NONE;
      }
    }
    return found;
  }

  String stripped(String text, List<Object> placed, boolean left, boolean right) {
    Object letters = placed.isEmpty() ? None.NONE : placed.get(0);
    int start = 0;
    int end = text.length();
    while (left && start < end && goes(text.charAt(start), letters)) {
      start++;
    }
    while (right && end > start && goes(text.charAt(end - 1), letters)) {
      end--;
    }
    return text.substring(start, end);
  }

  private boolean goes(char letter, Object letters) {
    if (!(letters instanceof String set)) {
      budget.spend(1);
      return isWhite(letter);
    }
    budget.spend(1 + set.length() / 8);
    return set.indexOf(letter) >= 0;
  }

  private static boolean isWhite(char letter) {
    return Character.isWhitespace(letter)
        || letter == '\u0085'
        || letter == '\u00a0'
        || letter == '\u2007'
        || letter == '\u202f';
  }

  private List<String> prefixes(List<Object> placed, String name) {
    if (!placed.isEmpty() && placed.get(0) instanceof List<?> list) {
      return list.stream().map(each -> values.text(Values.expectText(each, name))).toList();
    }
    return List.of(first(placed, name));
  }

  private static String first(List<Object> placed, String name) {
    return Values.expectText(placed.isEmpty() ? None.NONE : placed.get(0), name);
  }

  private String searched(String text, List<Object> placed, String name) {
    String part = first(placed, name);
    budget.spend((long) text.length() * Math.max(1, part.length()) / 4);
    return part;
  }

  // Eight for each part, as for letters: a part is an object.
  private List<Object> lines(String text) {
    List<Object> found = new ArrayList<>();
    text.lines()
        .forEach(
            each -> {
              budget.spend(8);
              found.add(each);
            });
    return found;
  }

  private static Object argument(
      List<Object> placed, Map<String, Object> named, int at, String name) {
    Object found = at < placed.size() ? placed.get(at) : named.get(name);
    return found == null ? None.NONE : found;
  }

  private static long limit(List<Object> placed, Map<String, Object> named) {
    Object limit = argument(placed, named, 1, "maxsplit");
    return limit == None.NONE ? -1 : Values.whole(limit);
  }

  private List<Object> split(String text, Object separator, long limit) {
    List<Object> parts = new ArrayList<>();
    if (!(separator instanceof String sign)) {
      budget.spend(4L * text.length());
      for (String each :
          text.strip().split("\\s+", limit < 0 ? -1 : (int) Math.min(limit, 1 << 20) + 1)) {
        if (!each.isEmpty()) {
          parts.add(each);
        }
      }
      return parts;
    }
    if (sign.isEmpty()) {
      throw new TemplateFailure(Reason.VALUE, "split: by nothing (expected: a text)");
    }
    budget.spend((long) text.length() * sign.length() / 4);
    int from = 0;
    int at = text.indexOf(sign);
    while (at >= 0 && limit-- != 0) {
      budget.spend(8);
      parts.add(text.substring(from, at));
      from = at + sign.length();
      at = text.indexOf(sign, from);
    }
    parts.add(text.substring(from));
    return parts;
  }

  String replaced(String text, List<Object> placed) {
    if (placed.size() < 2) {
      throw new TemplateFailure(Reason.VALUE, "replace: no texts (expected: two)");
    }
    String from = Values.expectText(placed.get(0), "replace");
    String to = Values.expectText(placed.get(1), "replace");
    budget.spend((long) text.length() * Math.max(1, from.length()) / 4);
    long found = from.isEmpty() ? text.length() + 1L : count(text, from);
    budget.spend(Math.multiplyExact(found, (long) to.length()));
    return text.replace(from, to);
  }

  private static long count(String text, String part) {
    long count = 0;
    for (int at = text.indexOf(part); at >= 0 && !part.isEmpty(); count++) {
      at = text.indexOf(part, at + part.length());
    }
    return count;
  }

  String joined(String sign, List<Object> items) {
    List<String> texts = new ArrayList<>();
    for (Object each : items) {
      budget.spend(sign.length());
      texts.add(values.text(each));
    }
    return String.join(sign, texts);
  }

  static String title(String text) {
    StringBuilder out = new StringBuilder();
    boolean first = true;
    for (int i = 0; i < text.length(); i++) {
      char each = text.charAt(i);
      out.append(first ? Character.toTitleCase(each) : Character.toLowerCase(each));
      first = !Character.isLetter(each);
    }
    return out.toString();
  }

  static String capitalized(String text) {
    return text.isEmpty()
        ? text
        : text.substring(0, 1).toUpperCase(ROOT) + text.substring(1).toLowerCase(ROOT);
  }

  private static String removedPrefix(String text, String prefix) {
    return text.startsWith(prefix) ? text.substring(prefix.length()) : text;
  }

  private static String removedSuffix(String text, String suffix) {
    return text.endsWith(suffix) ? text.substring(0, text.length() - suffix.length()) : text;
  }

  private static TemplateFailure unknown(String name) {
    return new TemplateFailure(Reason.SYNTAX, "method: '" + name + "' (expected: a known one)");
  }
}
