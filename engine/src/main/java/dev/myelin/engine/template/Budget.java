package dev.myelin.engine.template;

import dev.myelin.engine.template.TemplateFailure.Reason;

/// What one rendering may still do.
final class Budget {
  private static final long STEPS = 1L << 21;
  private static final long LETTERS = 1L << 25;
  // What is nested in a template, and the macros that it calls, nest on the stack of the thread.
  private static final int DEEPEST = 400;

  private long steps = STEPS;
  private long letters = LETTERS;
  private int depth;

  /// Counts one step.
  void step() {
    if (--steps < 0) {
      throw new TemplateFailure(Reason.EXCESS, "steps: more (expected: <= " + STEPS + ")");
    }
  }

  /// Counts characters or elements that are looked at or made.
  void spend(long count) {
    letters -= count;
    if (letters < 0) {
      throw new TemplateFailure(Reason.EXCESS, "characters: more (expected: <= " + LETTERS + ")");
    }
  }

  /// Goes one level deeper; whoever fails ends the rendering and need not come back.
  void enter() {
    if (++depth > DEEPEST) {
      throw new TemplateFailure(
          Reason.EXCESS, "nesting: deeper while it runs (expected: <= " + DEEPEST + ")");
    }
  }

  /// Comes back from a level.
  void leave() {
    depth--;
  }
}
