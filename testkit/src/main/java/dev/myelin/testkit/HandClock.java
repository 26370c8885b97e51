package dev.myelin.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// A clock that stands still until a test turns it.
public final class HandClock implements InstantSource {
  private Instant now;

  private HandClock(Instant start) {
    this.now = start;
  }

  /// Returns a clock that shows this instant.
  public static HandClock at(Instant start) {
    return new HandClock(start);
  }

  /// Returns a clock that shows some fixed whole second.
  public static HandClock still() {
    return at(Instant.ofEpochSecond(1_800_000_000L));
  }

  @Override
  public synchronized Instant instant() {
    return now;
  }

  /// Returns the same time as a nanosecond counter, in the manner of `System.nanoTime`.
  public synchronized long nanoTime() {
    return Math.addExact(Math.multiplyExact(now.getEpochSecond(), 1_000_000_000L), now.getNano());
  }

  /// Turns the clock on, or back if the duration is negative.
  public synchronized void advance(Duration by) {
    now = now.plus(by);
  }
}
