package dev.myelin.testkit;

/// What may happen to datagrams on their way.
public sealed interface DatagramEffect {
  /// Nothing happens.
  record Clear() implements DatagramEffect {}

  /// On average one of `oneIn` never arrives.
  record Lose(int oneIn) implements DatagramEffect {
    public Lose {
      atLeastOne("oneIn", oneIn);
    }
  }

  /// Every one arrives that many times.
  record Repeat(int times) implements DatagramEffect {
    public Repeat {
      atLeastOne("times", times);
    }
  }

  /// They arrive in groups of that many, each group in an order drawn.
  record Reorder(int group) implements DatagramEffect {
    public Reorder {
      atLeastOne("group", group);
    }
  }

  /// Each arrives with one bit changed, anywhere.
  record FlipBit() implements DatagramEffect {}

  /// Each arrives without its end, cut anywhere.
  record Shorten() implements DatagramEffect {}

  /// Returns the absence of any effect.
  static DatagramEffect clear() {
    return new Clear();
  }

  private static void atLeastOne(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: >= 1)");
    }
  }
}
