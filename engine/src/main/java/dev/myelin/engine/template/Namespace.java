package dev.myelin.engine.template;

import java.util.LinkedHashMap;
import java.util.Map;

/// Names that a template may set anew from within a loop.
final class Namespace {
  private final Map<String, Object> names = new LinkedHashMap<>();

  Object find(String name) {
    Object value = names.get(name);
    return value == null ? new Undefined(name) : value;
  }

  void set(String name, Object value) {
    names.put(name, value);
  }
}
