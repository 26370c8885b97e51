package dev.myelin.engine.text;

import dev.myelin.engine.model.ModelFileException;
import dev.myelin.engine.model.ModelFileException.Rule;
import java.nio.file.Path;

/// Says no to a file in one form.
record Refusal(Path file) {
  ModelFileException because(Rule rule, String what, Object found, String expected) {
    String shown = found instanceof String text ? ModelFileException.shown(text) : "" + found;
    return new ModelFileException(
        file, rule, what + ": " + shown + " (expected: " + expected + ")");
  }

  void unless(boolean sound, Rule rule, String what, Object found, String expected)
      throws ModelFileException {
    if (!sound) {
      throw because(rule, what, found, expected);
    }
  }
}
