package dev.myelin.it;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// How long this machine kept a thread waiting that had only a moment to wait: what a promise in
/// milliseconds must be forgiven on a machine with too much to do.
final class Stalls implements AutoCloseable {
  private static final long NAP_NANOS = Duration.ofMillis(20).toNanos();

  private final AtomicLong lateNanos = new AtomicLong();
  private final Thread sleeper = Thread.ofPlatform().name("stalls").unstarted(this::watch);
  private volatile boolean closed;

  private Stalls() {}

  static Stalls watching() {
    Stalls stalls = new Stalls();
    stalls.sleeper.start();
    return stalls;
  }

  /// Returns the milliseconds lost so far.
  long millis() {
    return lateNanos.get() / 1_000_000;
  }

  private void watch() {
    while (!closed) {
      long begin = System.nanoTime();
      LockSupport.parkNanos(NAP_NANOS);
      lateNanos.addAndGet(Math.max(0, System.nanoTime() - begin - 2 * NAP_NANOS));
    }
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(sleeper);
  }
}
