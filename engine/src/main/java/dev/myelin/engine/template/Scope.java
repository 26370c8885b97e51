package dev.myelin.engine.template;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The names that a part of a template sees: its own, and those around it.
final class Scope {
  private final @Nullable Scope around;
  private final Map<String, Object> own = new HashMap<>();

  Scope(@Nullable Scope around) {
    this.around = around;
  }

  Object find(String name) {
    for (Scope each = this; each != null; each = each.around) {
      Object value = each.own.get(name);
      if (value != null) {
        return value;
      }
    }
    return new Undefined(name);
  }

  void set(String name, Object value) {
    own.put(name, value);
  }

  Scope outermost() {
    Scope scope = this;
    while (scope.around != null) {
      scope = scope.around;
    }
    return scope;
  }
}
