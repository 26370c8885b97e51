package dev.myelin.net.log;

import java.time.Instant;
import java.util.Objects;

/// Where a reader begins.
public sealed interface Start {
  /// At the oldest message that is kept.
  record Oldest() implements Start {}

  /// Behind the newest message, with what comes from now on.
  record End() implements Start {}

  /// At this offset; if it is there no more, the reader first says how many are lost.
  record Offset(long offset) implements Start {
    public Offset {
      if (offset < 0) {
        throw new IllegalArgumentException("offset: " + offset + " (expected: >= 0)");
      }
    }
  }

  /// At the first message that was appended at that time or later.
  record Time(Instant time) implements Start {
    public Time {
      Objects.requireNonNull(time, "time");
    }
  }

  /// Returns the oldest message as a start.
  static Start oldest() {
    return new Oldest();
  }

  /// Returns the end as a start.
  static Start end() {
    return new End();
  }

  /// Returns an offset as a start.
  static Start at(long offset) {
    return new Offset(offset);
  }

  /// Returns a time as a start.
  static Start since(Instant time) {
    return new Time(time);
  }
}
