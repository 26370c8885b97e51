package dev.myelin.net;

import dev.myelin.wire.Message;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Carries the short answers that a connection owes — signs of life, pongs, receipts, cancels — and
/// whatever was posted to its output. Never waits for more before it leaves: what gathers while one
/// load is under way makes the next.
///
/// A reader must not block on a write, or two readers writing to each other with full buffers never
/// move again. It leaves the answer here instead. The outbox is bounded: a peer that asks without
/// reading the answers is not served.
///
/// Its thread begins with the first errand and goes home when there was none for a while, so an
/// idle connection keeps none.
final class Courier {
  private static final long PLATFORM_LINGER_NANOS = TimeUnit.SECONDS.toNanos(5);

  /// What the courier does with what was left to it.
  interface Route {
    /// Begins a thread that runs [Courier#run].
    void begin();

    /// Puts a message into the output.
    void put(Message message) throws IOException;

    /// Returns when all that was put or posted has left.
    void flush() throws IOException;

    /// Returns whether both sides said goodbye, or the other never does, and nothing more is owed
    /// than what was left to the courier by now.
    boolean mayEnd();

    /// Ends the output, if our goodbye is in it.
    void end();
  }

  private final Route route;
  private final long lingerNanos;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Outbox outbox = new Outbox(); // guarded by lock
  private boolean running; // guarded by lock
  private boolean resting; // guarded by lock
  private boolean stopped; // guarded by lock
  private volatile boolean flushAsked; // set by anybody, cleared by the courier

  Courier(Route route, NodeConfig.Threads kind) {
    this.route = route;
    // A virtual thread costs less to begin than to keep.
    this.lingerNanos = kind == NodeConfig.Threads.PLATFORM ? PLATFORM_LINGER_NANOS : 0;
  }

  /// Leaves a message; returns false when the outbox is full.
  boolean offer(Message message) {
    lock.lock();
    try {
      boolean taken = outbox.offer(message);
      if (taken) {
        call();
      }
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /// Leaves a sign of life.
  void offerAlive() {
    offer(new Message.Alive());
  }

  /// Asks that what was posted leaves; does not wait for it.
  void flushSoon() {
    // Cleared before the output is flushed: whoever finds it set was in time for that.
    if (flushAsked) {
      return;
    }
    lock.lock();
    try {
      flushAsked = true;
      call();
    } finally {
      lock.unlock();
    }
  }

  /// Sends the thread home for good; what it has not carried yet stays.
  void stop() {
    lock.lock();
    try {
      stopped = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  private void call() {
    if (stopped) {
      return;
    }
    if (!running) {
      running = true;
      route.begin();
    } else if (resting) {
      changed.signal();
    }
  }

  /// Carries until there was nothing to carry for a while; the life of the thread.
  void run() throws InterruptedException, IOException {
    try {
      while (mayGoOn()) {
        flushAsked = false;
        // Asked before the outbox is emptied: what comes in between may be owed.
        boolean last = route.mayEnd();
        Message message;
        while ((message = next()) != null) {
          route.put(message);
        }
        route.flush();
        if (last) {
          route.end();
        }
      }
    } finally {
      goHome();
    }
  }

  private @Nullable Message next() {
    lock.lock();
    try {
      return stopped ? null : outbox.poll();
    } finally {
      lock.unlock();
    }
  }

  /// Returns whether there is something to carry; waits for it a while.
  private boolean mayGoOn() throws InterruptedException {
    long left = lingerNanos;
    lock.lock();
    try {
      while (outbox.isEmpty() && !flushAsked && !stopped && left > 0) {
        resting = true;
        left = changed.awaitNanos(left);
        resting = false;
      }
      boolean more = !stopped && (flushAsked || !outbox.isEmpty());
      running = more; // whoever comes from now on begins another
      return more;
    } finally {
      lock.unlock();
    }
  }

  /// After a failure nobody is begun again: the connection ends.
  private void goHome() {
    lock.lock();
    try {
      stopped = stopped || running;
    } finally {
      lock.unlock();
    }
  }
}
