package dev.myelin.net;

import java.util.LinkedHashSet;
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
  private static final System.Logger LOG = System.getLogger(Herald.class.getName());
  private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(5);

  /// Who can be woken.
  @FunctionalInterface
  interface Called {
    void wake();
  }

  private final Tasks tasks;
  private final NodeConfig.Threads kind;
  private final String name;
  private final long lingerNanos;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition called = lock.newCondition();
  private final LinkedHashSet<Called> waiting = new LinkedHashSet<>(); // guarded by lock
  private boolean running; // guarded by lock
  private boolean resting; // guarded by lock

  Herald(Tasks tasks, NodeConfig.Threads kind, String name) {
    this(tasks, kind, name, LINGER_NANOS);
  }

  /// @param lingerNanos how long the thread waits for a call before it goes home
  Herald(Tasks tasks, NodeConfig.Threads kind, String name, long lingerNanos) {
    this.tasks = tasks;
    this.kind = kind;
    this.name = name;
    this.lingerNanos = lingerNanos;
  }

  /// Has a writer woken soon; once, if it waits for that already.
  void call(Called writer) {
    lock.lock();
    try {
      boolean _ = waiting.add(writer);
      if (!running) {
        begin();
      } else if (resting) {
        resting = false;
        called.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  private void begin() {
    boolean begun = false;
    running = true;
    try {
      Thread _ = tasks.fork(kind, name, this::run);
      begun = true;
    } finally {
      running = begun; // or no later call would begin it
    }
  }

  private void run() throws InterruptedException {
    boolean orderly = false;
    try {
      Called next;
      while ((next = next()) != null) {
        wake(next);
      }
      orderly = true;
    } finally {
      if (!orderly) {
        ended();
      }
    }
  }

  /// One that fails must not keep the others from being woken.
  private void wake(Called next) {
    try {
      next.wake();
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.ERROR, name + ": a writer was not woken", e);
    }
  }

  private @Nullable Called next() throws InterruptedException {
    long left = lingerNanos;
    lock.lock();
    try {
      while (waiting.isEmpty() && left > 0) {
        resting = true;
        left = called.awaitNanos(left);
        resting = false;
      }
      running = !waiting.isEmpty();
      return running ? waiting.removeFirst() : null;
    } finally {
      lock.unlock();
    }
  }

  private void ended() {
    lock.lock();
    try {
      running = false;
      resting = false;
    } finally {
      lock.unlock();
    }
  }
}
