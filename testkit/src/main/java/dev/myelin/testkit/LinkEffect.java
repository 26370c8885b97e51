package dev.myelin.testkit;

import java.time.Duration;

/// What may happen to the bytes of one direction of a link; offsets count from the moment the
/// effect begins.
public sealed interface LinkEffect {
  /// Nothing happens.
  record Clear() implements LinkEffect {}

  /// Every piece is handed on late, by a time drawn between the two.
  record Delay(Duration least, Duration most) implements LinkEffect {}

  /// Bytes come in pieces of one up to `mostBytes`, with a pause between.
  record Trickle(int mostBytes, Duration pause) implements LinkEffect {}

  /// At most so many bytes pass in a second.
  record Throttle(long bytesPerSecond) implements LinkEffect {}

  /// The link ends in order, in both directions, after `after` bytes.
  record Cut(long after) implements LinkEffect {}

  /// The link is reset, in both directions, after `after` bytes.
  record Reset(long after) implements LinkEffect {}

  /// This direction ends in order after `after` bytes, the other goes on.
  record HalfClose(long after) implements LinkEffect {}

  /// The byte at `at` arrives with one bit changed.
  record FlipBit(long at, int bit) implements LinkEffect {
    public FlipBit {
      if (bit < 0 || bit > 7) {
        throw new IllegalArgumentException("bit: " + bit + " (expected: 0..7)");
      }
    }
  }

  /// Every byte may arrive with one bit changed, on average one of `oneIn`.
  record Noise(int oneIn) implements LinkEffect {
    public Noise {
      if (oneIn < 1) {
        throw new IllegalArgumentException("oneIn: " + oneIn + " (expected: >= 1)");
      }
    }
  }

  /// Bytes arrive in pieces of exactly that many, each written for itself.
  record Split(int bytes) implements LinkEffect {
    public Split {
      if (bytes < 1) {
        throw new IllegalArgumentException("bytes: " + bytes + " (expected: >= 1)");
      }
    }
  }

  /// Nothing passes any more after `after` bytes, and nothing ends: a dropped link.
  record Stall(long after) implements LinkEffect {}

  /// The receiving side of this direction is reset after `after` bytes, and the sending one never
  /// told: it sends into nothing, and hears nothing.
  record HalfOpen(long after) implements LinkEffect {}

  /// Returns the absence of any effect.
  static LinkEffect clear() {
    return new Clear();
  }
}
