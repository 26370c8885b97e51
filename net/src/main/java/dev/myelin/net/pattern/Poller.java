package dev.myelin.net.pattern;

import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Waits for any of several sockets to be ready, without a thread for each and without asking again
/// and again.
///
/// Safe for many threads. A socket stays the caller's: close the poller, or [#remove] the socket,
/// before it is closed; a closed one is not ready for anything.
public final class Poller implements AutoCloseable {
  /// What a socket may be ready for.
  public enum Readiness {
    /// A message waits. Of a subscriber, one that may turn out not to be wanted any more.
    READABLE,
    /// Some peer has room.
    WRITABLE
  }

  private final Map<PatternSocket, Set<Readiness>> watched = new ConcurrentHashMap<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition told = lock.newCondition();
  private final Runnable listener = this::tell;
  private boolean changed; // guarded by lock
  private boolean closed; // guarded by lock

  private Poller() {}

  /// Opens a poller of no sockets.
  public static Poller open() {
    return new Poller();
  }

  /// Watches a socket for these, in place of what it was watched for before.
  public void add(PatternSocket socket, Readiness first, Readiness... others) {
    if (watched.put(socket, EnumSet.of(first, others)) == null) {
      socket.hub().listen(listener);
    }
    tell();
  }

  /// Watches a socket no longer.
  public void remove(PatternSocket socket) {
    if (watched.remove(socket) != null) {
      socket.hub().forget(listener);
    }
  }

  /// Returns the sockets that are ready, and for what; empty if none was within `limit`.
  ///
  /// An interrupt ends the wait and nothing else.
  ///
  /// @throws IllegalStateException once the poller is closed
  public Map<PatternSocket, Set<Readiness>> poll(Duration limit) throws InterruptedException {
    Timer timer = Timer.of(limit);
    while (true) {
      forgetChanges();
      Map<PatternSocket, Set<Readiness>> ready = ready();
      if (!ready.isEmpty() || !awaitChange(timer)) {
        return ready;
      }
    }
  }

  private void forgetChanges() {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("poller: closed (expected: open)");
      }
      changed = false;
    } finally {
      lock.unlock();
    }
  }

  private Map<PatternSocket, Set<Readiness>> ready() {
    Map<PatternSocket, Set<Readiness>> all = new LinkedHashMap<>();
    watched.forEach(
        (socket, wanted) -> {
          Set<Readiness> is = EnumSet.noneOf(Readiness.class);
          if (wanted.contains(Readiness.READABLE) && socket.intake().hasMessage()) {
            is.add(Readiness.READABLE);
          }
          if (wanted.contains(Readiness.WRITABLE) && socket.outflow().hasRoom()) {
            is.add(Readiness.WRITABLE);
          }
          if (!is.isEmpty()) {
            all.put(socket, is);
          }
        });
    return all;
  }

  private boolean awaitChange(Timer timer) throws InterruptedException {
    lock.lock();
    try {
      while (!changed) {
        if (!timer.await(told)) {
          return false;
        }
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void tell() {
    lock.lock();
    try {
      changed = true;
      told.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Watches nothing any more, and ends every wait; the sockets stay open.
  @Override
  public void close() {
    watched.keySet().forEach(this::remove);
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
    tell();
  }
}
