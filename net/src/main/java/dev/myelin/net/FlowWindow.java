package dev.myelin.net;

/// How much of a stream should be on its way: twice what the link carries in a round trip, so that
/// its sender is not starved, and no more, because whatever is under way delays what comes behind
/// it.
///
/// The rate of a link whose senders are starved grows with the window, so the window finds the
/// right size by doubling. Used under the lock of its owner.
final class FlowWindow {
  /// Two frames of the usual size: one is on its way while the other lands.
  private static final long LEAST_BYTES = 2L << 20;

  /// What every stream has.
  private static final long UNASKED_BYTES = 1L << 20;

  /// What may be ahead of others at least: to keep a sender going takes two such halves.
  private static final long CALM_BYTES = 256 << 10;

  /// How long what is ahead of others may take them, beside half a round trip.
  private static final long CALM_NANOS = 100_000;

  private static final long LEAST_PERIOD_NANOS = 4_000_000;
  private static final double NANOS = 1e9;

  private final long leastBytes;
  private final long mostBytes;
  private long periodStart;
  private long periodBytes;
  private double bytesPerSecond;
  private long window;

  FlowWindow(long mostBytes) {
    this.mostBytes = Math.max(UNASKED_BYTES, mostBytes);
    this.leastBytes = Math.min(LEAST_BYTES, this.mostBytes);
    this.window = leastBytes;
  }

  /// Notes bytes that came.
  ///
  /// @param roundTripNanos the least that was ever measured; 0 if none was
  void landed(long bytes, long nowNanos, long roundTripNanos) {
    periodBytes += bytes;
    long period = nowNanos - periodStart;
    if (period < Math.max(LEAST_PERIOD_NANOS, 4 * roundTripNanos)) {
      return;
    }
    bytesPerSecond = periodBytes * NANOS / period;
    periodBytes = 0;
    periodStart = nowNanos;
    long wanted = (long) (2 * bytesPerSecond * roundTripNanos / NANOS);
    window = Math.clamp(wanted, leastBytes, mostBytes);
  }

  /// Returns how many may be under way while others share the connection, who wait until these have
  /// passed: no more than the link carries in one round trip and a half, and a moment. The half is
  /// what lets it grow where the rate is low only because this is small.
  long calmBytes(long roundTripNanos) {
    double nanos = 1.5 * roundTripNanos + CALM_NANOS;
    long wanted = (long) (bytesPerSecond * nanos / NANOS);
    return Math.clamp(wanted, Math.min(CALM_BYTES, window), window);
  }

  /// Returns the bytes of one stream that may be under way.
  long bytes() {
    return window;
  }
}
