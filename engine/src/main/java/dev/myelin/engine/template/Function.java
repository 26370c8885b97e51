package dev.myelin.engine.template;

import java.util.List;
import java.util.Map;

/// What can be called from a template.
@FunctionalInterface
interface Function {
  Object call(List<Object> placed, Map<String, Object> named);
}
