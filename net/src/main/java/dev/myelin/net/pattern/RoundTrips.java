package dev.myelin.net.pattern;

import java.time.Duration;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;

/// How long the replies to a [Requester] took, from the call that sent the request.
public final class RoundTrips {
  private final LongAdder count = new LongAdder();
  private final LongAdder nanos = new LongAdder();
  private final LongAccumulator longest = new LongAccumulator(Math::max, 0);
  private volatile LongConsumer watcher = RoundTrips::ignore;

  RoundTrips() {}

  private static void ignore(long nanos) {}

  void add(long tookNanos) {
    count.increment();
    nanos.add(tookNanos);
    longest.accumulate(tookNanos);
    watcher.accept(tookNanos);
  }

  /// Has one watcher told of each from now on, briefly and on the thread that asked, in
  /// nanoseconds.
  public void watch(LongConsumer other) {
    watcher = other;
  }

  /// Returns how many replies came.
  public long count() {
    return count.sum();
  }

  /// Returns how long all took together.
  public Duration total() {
    return Duration.ofNanos(nanos.sum());
  }

  /// Returns how long the slowest took.
  public Duration longest() {
    return Duration.ofNanos(longest.get());
  }
}
