package dev.myelin.net;

import java.util.concurrent.TimeUnit;

/// How large a buffer should be, judged by how it was used: it doubles when it was filled, and
/// falls back to the least once nothing has needed it for a while.
///
/// A busy connection has the buffers it needs within a few reads or writes; an idle one keeps a few
/// hundred bytes.
final class Breath {
  /// The least a buffer holds.
  static final int LEAST_BYTES = 256;

  /// The most a buffer holds: as much again in flight keeps a writer and its kernel busy.
  static final int MOST_BYTES = 256 << 10;

  private static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(1);

  private long neededNanos = System.nanoTime();

  /// Returns the size to go on with, when `used` of `capacity` bytes were needed this time.
  int next(int capacity, int used, long nowNanos) {
    if (used >= capacity / 8 || capacity <= LEAST_BYTES) {
      neededNanos = nowNanos;
      return used < capacity ? capacity : Math.clamp(2L * capacity, LEAST_BYTES, MOST_BYTES);
    }
    return nowNanos - neededNanos > KEPT_NANOS ? LEAST_BYTES : capacity;
  }

  /// Returns the least size that holds so many bytes.
  static int fitting(int needed) {
    return Math.max(LEAST_BYTES, Integer.highestOneBit(Math.max(1, needed - 1)) << 1);
  }
}
