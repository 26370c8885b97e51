package dev.myelin.net.log;

import java.time.Instant;

/// Instants as nanoseconds since 1970, which is how files hold them.
final class Times {
  private static final long SECOND = 1_000_000_000L;
  private static final Instant LATEST = instant(Long.MAX_VALUE);
  private static final Instant EARLIEST = instant(Long.MIN_VALUE + SECOND);

  private Times() {}

  /// Returns the nanoseconds; an instant that they cannot tell counts as the nearest one they can.
  static long nanos(Instant time) {
    if (time.isAfter(LATEST)) {
      return Long.MAX_VALUE;
    }
    if (time.isBefore(EARLIEST)) {
      return Long.MIN_VALUE + SECOND;
    }
    return Math.addExact(Math.multiplyExact(time.getEpochSecond(), SECOND), time.getNano());
  }

  static Instant instant(long nanos) {
    return Instant.ofEpochSecond(Math.floorDiv(nanos, SECOND), Math.floorMod(nanos, SECOND));
  }
}
