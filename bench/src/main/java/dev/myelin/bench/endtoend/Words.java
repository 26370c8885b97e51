package dev.myelin.bench.endtoend;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The words of a command line that nobody has taken yet.
final class Words {
  private final List<String> left;

  Words(List<String> words) {
    left = new ArrayList<>(words);
  }

  /// Takes a word; returns whether it was there.
  boolean flag(String name) {
    return left.remove(name);
  }

  /// Takes a word and the one after it; returns that one.
  Optional<String> value(String name) {
    int at = left.indexOf(name);
    if (at < 0) {
      return Optional.empty();
    }
    if (at + 1 == left.size()) {
      throw new IllegalArgumentException(name + ": nothing (expected: a value)");
    }
    left.remove(at);
    return Optional.of(left.remove(at));
  }

  void requireEmpty() {
    if (!left.isEmpty()) {
      throw new IllegalArgumentException("'" + left.getFirst() + "' (expected: an option)");
    }
  }
}
