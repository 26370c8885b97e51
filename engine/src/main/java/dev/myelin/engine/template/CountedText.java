package dev.myelin.engine.template;

/// Text that is being made: each part is paid for before it is written.
final class CountedText {
  private final Budget budget;
  private final StringBuilder out = new StringBuilder();

  CountedText(Budget budget) {
    this.budget = budget;
  }

  CountedText append(String text) {
    budget.spend(text.length());
    out.append(text);
    return this;
  }

  CountedText append(char letter) {
    budget.spend(1);
    out.append(letter);
    return this;
  }

  CountedText repeat(char letter, int times) {
    budget.spend(times);
    out.repeat(letter, times);
    return this;
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
