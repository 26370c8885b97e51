package dev.myelin.net.log;

import java.time.Duration;

/// How much of a log is kept: whole segments go, the oldest first, never the one being written.
///
/// @param bytes the most that stay, the segment being written included
/// @param age how old a segment may get, counted from its last message
public record Retention(long bytes, Duration age) {
  private static final Duration LONGEST = Duration.ofDays(100_000);

  public Retention {
    if (bytes < 0) {
      throw new IllegalArgumentException("bytes: " + bytes + " (expected: >= 0)");
    }
    if (age.isNegative() || age.isZero() || age.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("age: " + age + " (expected: > 0, <= " + LONGEST + ")");
    }
  }

  /// Returns what keeps everything.
  public static Retention unlimited() {
    return new Retention(Long.MAX_VALUE, LONGEST);
  }

  boolean limitsAge() {
    return age.compareTo(LONGEST) < 0;
  }
}
