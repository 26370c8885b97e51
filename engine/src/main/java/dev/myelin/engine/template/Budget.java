package dev.myelin.engine.template;

/// What one rendering may still do.
final class Budget {
  private static final long STEPS = 1L << 21;
  private static final long LETTERS = 1L << 25;

  private long steps = STEPS;
  private long letters = LETTERS;

  /// Counts one step.
  void step() {
    if (--steps < 0) {
      throw new TemplateFailure(
          TemplateFailure.Reason.EXCESS, "steps: more (expected: <= " + STEPS + ")");
    }
  }

  /// Counts characters or elements that are looked at or made.
  void spend(long count) {
    letters -= count;
    if (letters < 0) {
      throw new TemplateFailure(
          TemplateFailure.Reason.EXCESS, "characters: more (expected: <= " + LETTERS + ")");
    }
  }
}
