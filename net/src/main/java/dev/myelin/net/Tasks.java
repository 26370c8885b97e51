package dev.myelin.net;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A family of named threads that ends with its block: closing interrupts every member and waits
/// for it.
///
/// Stands in for structured concurrency while that is a preview of the JDK.
final class Tasks implements AutoCloseable {
  private static final Duration JOIN_LIMIT = Duration.ofSeconds(10);

  private final Duration joinLimit;
  private final Set<Thread> members = ConcurrentHashMap.newKeySet();
  private boolean closed; // guarded by this

  Tasks() {
    this(JOIN_LIMIT);
  }

  /// @param joinLimit how long closing waits for members that do not heed the interrupt
  Tasks(Duration joinLimit) {
    this.joinLimit = joinLimit;
  }

  /// Work that may be interrupted.
  @FunctionalInterface
  interface Work {
    void run() throws InterruptedException;
  }

  /// Starts a virtual thread; once closed, the thread that is returned never runs.
  Thread fork(String name, Work work) {
    return start(Thread.ofVirtual().name(name), work);
  }

  /// Starts a thread that uses sockets, of the kind that the configuration asks for; otherwise as
  /// [#fork].
  ///
  /// A socket that a virtual thread has touched stays non-blocking for good, and then every wait of
  /// a platform thread costs two more system calls.
  Thread fork(NodeConfig.Threads kind, String name, Work work) {
    return kind == NodeConfig.Threads.PLATFORM ? forkPlatform(name, work) : fork(name, work);
  }

  /// Starts a platform thread; otherwise as [#fork].
  Thread forkPlatform(String name, Work work) {
    return start(Thread.ofPlatform().daemon().name(name), work);
  }

  private Thread start(Thread.Builder builder, Work work) {
    Thread thread = builder.unstarted(() -> runMember(work));
    // Both or neither: whoever closes must find no member that was not started yet.
    synchronized (this) {
      if (!closed) {
        members.add(thread);
        thread.start();
      }
    }
    return thread;
  }

  private synchronized List<Thread> started() {
    return new ArrayList<>(members);
  }

  private void runMember(Work work) {
    try {
      work.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the family is closing
    } catch (Throwable e) {
      System.getLogger(Tasks.class.getName())
          .log(System.Logger.Level.ERROR, Thread.currentThread().getName() + " failed", e);
    } finally {
      members.remove(Thread.currentThread());
    }
  }

  /// Waits, without interrupting them, until the members there are now have ended; at most the join
  /// limit in all.
  void join() {
    long deadline = System.nanoTime() + joinLimit.toNanos();
    for (Thread thread : started()) {
      join(thread, Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
    }
  }

  /// Interrupts every member and waits for each, at most the join limit in all; a member may close
  /// its own family.
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    List<Thread> all = started();
    all.remove(Thread.currentThread());
    all.forEach(Thread::interrupt);
    long deadline = System.nanoTime() + joinLimit.toNanos();
    for (Thread thread : all) {
      join(thread, Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
    }
  }

  /// Waits for a thread, at most `limit`; an interrupt ends the wait and stays set.
  static void join(Thread thread, Duration limit) {
    if (thread.equals(Thread.currentThread())) {
      return;
    }
    try {
      thread.join(limit);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
