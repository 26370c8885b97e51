package dev.myelin.net.log;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// How far readers may read, and where they wait for more.
class Tail {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition moved = lock.newCondition();
  private volatile long visible;
  private final AtomicInteger waiting = new AtomicInteger();
  private volatile boolean closed;

  Tail(long visible) {
    this.visible = visible;
  }

  /// Returns the offset up to which messages may be read.
  long visible() {
    return visible;
  }

  /// Lets messages up to that offset be read; called by one thread at a time.
  void show(long upTo) {
    if (upTo <= visible) {
      return;
    }
    visible = upTo;
    if (waiting.get() > 0) {
      wake();
    }
  }

  private void wake() {
    lock.lock();
    try {
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Waits until the message at that offset may be read, at most for `limit`; returns whether it
  /// may.
  ///
  /// @throws IllegalStateException if the log is or gets closed
  boolean await(long offset, Duration limit) throws IOException, InterruptedException {
    lock.lockInterruptibly();
    try {
      waiting.incrementAndGet();
      long left = TimeUnit.NANOSECONDS.convert(limit);
      while (visible <= offset && left > 0) {
        requireOpen();
        left = moved.awaitNanos(left);
      }
      requireOpen();
      return visible > offset;
    } finally {
      waiting.decrementAndGet();
      lock.unlock();
    }
  }

  void requireOpen() {
    if (closed) {
      throw new IllegalStateException("log: closed (expected: open)");
    }
  }

  void close() {
    closed = true;
    wake();
  }
}
