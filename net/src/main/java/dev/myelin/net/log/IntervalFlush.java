package dev.myelin.net.log;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// A thread that forces a log at the latest so long after an append.
final class IntervalFlush {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Duration limit;
  private final Flush flush;
  private boolean dirty; // guarded by lock
  private boolean closed; // guarded by lock

  /// What the thread does.
  @FunctionalInterface
  interface Flush {
    void flush() throws IOException;
  }

  private IntervalFlush(Duration limit, Flush flush) {
    this.limit = limit;
    this.flush = flush;
  }

  static IntervalFlush start(String name, Duration limit, Flush flush) {
    IntervalFlush interval = new IntervalFlush(limit, flush);
    Thread.ofVirtual().name("my-log-" + name).start(interval::run);
    return interval;
  }

  /// Learns that something was appended.
  void touched() {
    lock.lock();
    try {
      if (!dirty) {
        dirty = true;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      while (awaitDue()) {
        flush.flush();
      }
    } catch (InterruptedException e) {
      // nobody interrupts it but the end of the process
    } catch (IOException e) {
      System.getLogger(IntervalFlush.class.getName())
          .log(System.Logger.Level.ERROR, "a log can be forced no more: {0}", e.getMessage());
    }
  }

  private boolean awaitDue() throws InterruptedException {
    lock.lock();
    try {
      while (!dirty && !closed) {
        changed.await();
      }
      long left = TimeUnit.NANOSECONDS.convert(limit);
      while (left > 0 && !closed) {
        left = changed.awaitNanos(left);
      }
      dirty = false;
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  /// Ends the thread, which does not force any more.
  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
