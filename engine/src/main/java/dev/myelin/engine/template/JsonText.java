package dev.myelin.engine.template;

import dev.myelin.engine.template.TemplateFailure.Reason;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/// Values as JSON, as Python writes it: a blank after each comma and colon, letters as they are.
final class JsonText {
  private static final int DEEPEST = 64;

  private final Budget budget;
  private final CountedText out;
  private int width = -1;

  JsonText(Budget budget) {
    this.budget = budget;
    this.out = new CountedText(budget);
  }

  String of(Object value, List<Object> placed, Map<String, Object> named) {
    // By place, the first is something else in transformers.
    Object indent = placed.size() > 1 ? placed.get(1) : named.getOrDefault("indent", None.NONE);
    if (indent != None.NONE) {
      width = (int) Math.max(0, Math.min(64, Values.whole(indent)));
    }
    write(value, 0);
    return out.toString();
  }

  private void write(Object value, int depth) {
    budget.step();
    if (depth > DEEPEST) {
      throw new TemplateFailure(
          Reason.EXCESS, "tojson: nested deeper (expected: <= " + DEEPEST + ")");
    }
    switch (value) {
      case String text -> quote(text);
      case Boolean truth -> out.append(truth.toString());
      case Long number -> out.append(number.toString());
      case Double number -> out.append(Values.decimal(number));
      case None _ -> out.append("null");
      case List<?> list -> writeList(list, depth);
      case Map<?, ?> map -> writeMap(map, depth);
      default ->
          throw new TemplateFailure(
              Reason.VALUE, "tojson: " + Values.kind(value) + " (expected: a value of JSON)");
    }
  }

  private void writeList(List<?> list, int depth) {
    out.append('[');
    for (int i = 0; i < list.size(); i++) {
      separate(i, depth + 1);
      write(list.get(i), depth + 1);
    }
    end(list.isEmpty(), depth);
    out.append(']');
  }

  private void writeMap(Map<?, ?> map, int depth) {
    out.append('{');
    int count = 0;
    for (Map.Entry<?, ?> each : map.entrySet()) {
      separate(count++, depth + 1);
      quote(key(each.getKey()));
      out.append(": ");
      write(each.getValue(), depth + 1);
    }
    end(map.isEmpty(), depth);
    out.append('}');
  }

  private static String key(Object key) {
    return switch (key) {
      case None _ -> "null";
      case Double number -> Values.decimal(number);
      default -> String.valueOf(key);
    };
  }

  private void separate(int count, int depth) {
    if (count > 0) {
      out.append(width < 0 ? ", " : ",");
    }
    line(depth);
  }

  private void end(boolean empty, int depth) {
    if (!empty) {
      line(depth);
    }
  }

  private void line(int depth) {
    if (width >= 0) {
      out.append('\n').repeat(' ', width * depth);
    }
  }

  private void quote(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char each = text.charAt(i);
      switch (each) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> {
          if (each < ' ') {
            out.append("\\u00").append(HexFormat.of().toHexDigits((byte) each));
          } else {
            out.append(each);
          }
        }
      }
    }
    out.append('"');
  }
}
