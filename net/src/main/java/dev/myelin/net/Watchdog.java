package dev.myelin.net;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// One thread per transport that looks at every connection ten times a second.
///
/// Socket channels have no deadlines, and no call of the JDK bounds a write; so deadlines are kept
/// by closing the connection from here. A look must return at once: it closes or asks the courier,
/// and never writes.
final class Watchdog implements AutoCloseable {
  /// Something with deadlines.
  @FunctionalInterface
  interface Watched {
    /// Looks at the deadlines.
    ///
    /// @param slept whether this process itself was asleep since the last look, so that silence
    ///   proves nothing
    void look(long nowNanos, boolean slept);
  }

  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long SLEPT_NANOS = TimeUnit.MILLISECONDS.toNanos(1000);

  private final Set<Watched> watched = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition closing = lock.newCondition();
  private boolean closed; // guarded by lock
  private final Thread thread;

  Watchdog(String name) {
    thread = Thread.ofPlatform().name(name).daemon().start(this::run);
  }

  void watch(Watched subject) {
    watched.add(subject);
  }

  void forget(Watched subject) {
    watched.remove(subject);
  }

  private void run() {
    long last = System.nanoTime();
    while (waitForTick()) {
      long now = System.nanoTime();
      boolean slept = now - last > SLEPT_NANOS;
      last = now;
      for (Watched subject : watched) {
        lookAt(subject, now, slept);
      }
    }
  }

  private static void lookAt(Watched subject, long now, boolean slept) {
    try {
      subject.look(now, slept);
    } catch (RuntimeException e) {
      System.getLogger(Watchdog.class.getName())
          .log(System.Logger.Level.ERROR, "a deadline could not be checked", e);
    }
  }

  private boolean waitForTick() {
    lock.lock();
    try {
      long left = TICK_NANOS;
      while (!closed && left > 0) {
        left = closing.awaitNanos(left);
      }
      return !closed;
    } catch (InterruptedException e) {
      return false;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      closing.signalAll();
    } finally {
      lock.unlock();
    }
    Tasks.join(thread, Duration.ofSeconds(5));
  }
}
