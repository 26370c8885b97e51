package dev.myelin.net.log;

import java.time.Duration;

/// When what was appended is forced from the system's memory onto the device.
///
/// The end of the process alone, be it by `kill -9`, costs nothing that an append has returned for.
/// This is about the end of the system or of its power.
public sealed interface Flushing {
  /// When the system likes to: the end of the system may cost or damage anything appended lately.
  record Never() implements Flushing {}

  /// At the latest so long after an append: the end of the system costs that much.
  record Interval(Duration limit) implements Flushing {
    public Interval {
      if (limit.isNegative() || limit.isZero()) {
        throw new IllegalArgumentException("limit: " + limit + " (expected: > 0)");
      }
    }
  }

  /// Before an append returns: the end of the system costs nothing. Threads that append at the same
  /// time share a force.
  record EveryWrite() implements Flushing {}
}
