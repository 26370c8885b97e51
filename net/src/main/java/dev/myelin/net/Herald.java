package dev.myelin.net;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A thread that wakes the writers of many pipes, one after another.
///
/// Whoever gives one message to a hundred pipes would wake a hundred threads, each of which writes
/// that message alone and lies down again. So it calls the herald once, and goes on; until a writer
/// is woken, further messages gather in its pipe and leave in the same write.
final class Herald {
  private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Tasks tasks;
  private final NodeConfig.Threads kind;
  private final String name;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition called = lock.newCondition();
  private final ArrayDeque<PipeWriter> waiting = new ArrayDeque<>(); // guarded by lock
  private boolean running; // guarded by lock
  private boolean resting; // guarded by lock

  Herald(Tasks tasks, NodeConfig.Threads kind, String name) {
    this.tasks = tasks;
    this.kind = kind;
    this.name = name;
  }

  /// Has a writer woken soon; once, if it waits for that already.
  void call(PipeWriter writer) {
    lock.lock();
    try {
      if (writer.announced) {
        return;
      }
      writer.announced = true;
      waiting.addLast(writer);
      if (!running) {
        running = true;
        tasks.fork(kind, name, this::run);
      } else if (resting) {
        resting = false;
        called.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  private void run() throws InterruptedException {
    PipeWriter next;
    while ((next = next()) != null) {
      next.wake();
    }
  }

  private @Nullable PipeWriter next() throws InterruptedException {
    long left = LINGER_NANOS;
    lock.lock();
    try {
      while (waiting.isEmpty() && left > 0) {
        resting = true;
        left = called.awaitNanos(left);
        resting = false;
      }
      PipeWriter next = waiting.pollFirst();
      if (next == null) {
        running = false;
      } else {
        next.announced = false;
      }
      return next;
    } finally {
      lock.unlock();
    }
  }
}
