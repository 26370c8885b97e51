package dev.myelin.net.pattern;

import java.time.Duration;
import java.util.concurrent.locks.Condition;

/// What is left of the time that a call may take.
final class Timer {
  private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

  private final boolean forever;
  private long leftNanos;

  private Timer(boolean forever, long leftNanos) {
    this.forever = forever;
    this.leftNanos = leftNanos;
  }

  static Timer of(Duration limit) {
    boolean forever = limit.compareTo(LONGEST) >= 0;
    return new Timer(forever, forever ? 0 : limit.toNanos());
  }

  /// Waits for a signal; returns false once the time is up.
  @SuppressWarnings("WaitNotInLoop") // the callers loop
  boolean await(Condition condition) throws InterruptedException {
    if (forever) {
      condition.await();
      return true;
    }
    if (leftNanos <= 0) {
      return false;
    }
    leftNanos = condition.awaitNanos(leftNanos);
    return true;
  }
}
