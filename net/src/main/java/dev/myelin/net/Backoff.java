package dev.myelin.net;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/// How long to wait before the next attempt: doubling to a cap, each wait drawn between half of it
/// and all.
///
/// The cap is low, so that a peer is back within five seconds of its return.
final class Backoff {
  private static final long FIRST_MILLIS = 100;
  private static final long CAP_TIMES = 15;

  private final RandomGenerator random;
  private final long firstMillis;
  private int failures;

  Backoff(RandomGenerator random) {
    this(random, Duration.ofMillis(FIRST_MILLIS));
  }

  /// @param first the first wait, at most; the cap is 15 times that
  Backoff(RandomGenerator random, Duration first) {
    this.random = random;
    this.firstMillis = Math.clamp(TimeUnit.MILLISECONDS.convert(first), 1, Integer.MAX_VALUE);
  }

  /// Returns the next wait.
  Duration next() {
    long full = firstMillis * Math.min(CAP_TIMES, 1L << Math.min(failures, 10));
    failures++;
    return Duration.ofMillis(full / 2 + random.nextLong(full / 2 + 1));
  }

  /// Returns the attempts since the last success.
  int failures() {
    return failures;
  }

  void reset() {
    failures = 0;
  }
}
