package dev.myelin.net.log;

import java.time.Duration;
import java.util.Objects;

/// How a [TopicLog] keeps what it keeps.
///
/// @param segmentBytes the size at which a file is full; a message or a group of messages that is
///   larger gets a file of its own
/// @param flushing when it is forced onto the device
/// @param retention how much stays
public record LogOptions(long segmentBytes, Flushing flushing, Retention retention) {
  /// The least size of a segment.
  public static final long LEAST_SEGMENT_BYTES = 256;

  public LogOptions {
    if (segmentBytes < LEAST_SEGMENT_BYTES) {
      throw new IllegalArgumentException(
          "segmentBytes: " + segmentBytes + " (expected: >= " + LEAST_SEGMENT_BYTES + ")");
    }
    Objects.requireNonNull(flushing, "flushing");
    Objects.requireNonNull(retention, "retention");
  }

  /// Returns segments of 64 MiB, forced once a second, of which 16 GiB stay for seven days.
  public static LogOptions defaults() {
    return new LogOptions(
        64L << 20,
        new Flushing.Interval(Duration.ofSeconds(1)),
        new Retention(16L << 30, Duration.ofDays(7)));
  }

  /// Returns these with another size of segments.
  public LogOptions withSegmentBytes(long bytes) {
    return new LogOptions(bytes, flushing, retention);
  }

  /// Returns these with another time of forcing.
  public LogOptions withFlushing(Flushing other) {
    return new LogOptions(segmentBytes, other, retention);
  }

  /// Returns these with another retention.
  public LogOptions withRetention(Retention other) {
    return new LogOptions(segmentBytes, flushing, other);
  }
}
