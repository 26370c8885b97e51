package dev.myelin.engine.grammar;

import org.jspecify.annotations.Nullable;

/// Where a reading of a text stands in a program, and where its callers go on.
final class Stack {
  final int step;
  final @Nullable Stack caller;
  private final int hash;

  Stack(int step, @Nullable Stack caller) {
    this.step = step;
    this.caller = caller;
    int below = caller == null ? 17 : caller.hash;
    this.hash = (step + below * 31) * 0x9e3779b9;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Stack stack && isSame(stack);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  // Not by recursion: stacks are as deep as texts are nested.
  @SuppressWarnings("ReferenceEquality") // the rest is the same if it is the same object
  private boolean isSame(Stack other) {
    Stack one = this;
    Stack two = other;
    while (one != two) {
      if (one == null || two == null || one.step != two.step || one.hash != two.hash) {
        return false;
      }
      one = one.caller;
      two = two.caller;
    }
    return true;
  }
}
