package dev.myelin.net;

import java.time.Duration;

/// One bounded stretch of a handshake: when it passes, the socket is closed under the waiting
/// thread.
final class Deadline implements Watchdog.Watched, AutoCloseable {
  private final Watchdog watchdog;
  private final Link link;
  private volatile long atNanos;
  private volatile boolean passed;

  Deadline(Link link, Duration limit) {
    this.link = link;
    this.watchdog = link.transport().watchdog();
    this.atNanos = System.nanoTime() + limit.toNanos();
    watchdog.watch(this);
  }

  /// Begins the next stretch.
  void extend(Duration limit) {
    atNanos = System.nanoTime() + limit.toNanos();
  }

  /// Returns whether the socket was closed because time ran out.
  boolean passed() {
    return passed;
  }

  @Override
  public void look(long nowNanos, boolean slept) {
    if (nowNanos - atNanos >= 0) {
      passed = true;
      watchdog.forget(this);
      link.close();
    }
  }

  @Override
  public void close() {
    watchdog.forget(this);
  }
}
