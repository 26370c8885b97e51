package dev.myelin.net;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The incoming streams of a node that wait for memory or for room in the inbox, in the order in
/// which they came. One thread, the porter, finds them a place when something came free.
final class Parking implements AutoCloseable {
  /// What a guest met when it looked for a place.
  enum Place {
    /// It has one, or wants none any more.
    FOUND,
    /// There is none for its connection.
    CONNECTION_FULL,
    /// There is none at all.
    NODE_FULL
  }

  /// One stream that waits.
  interface Guest {
    /// Looks for a place; does not wait.
    Place settle();

    /// Returns whose guest it is; a guest of the same owner does not pass it.
    Object owner();

    /// Gives up for good.
    void drop();
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Guest> guests = new ArrayDeque<>(); // guarded by lock
  private boolean free; // guarded by lock
  private boolean closed; // guarded by lock

  /// As many as there are guests; read without the lock by those who free something.
  private volatile int waiting;

  /// Takes a guest; once closed, it is dropped.
  void add(Guest guest) {
    lock.lock();
    try {
      if (!closed) {
        guests.addLast(guest);
        waiting = guests.size();
        free = true; // something may have come free just before
        changed.signalAll();
        return;
      }
    } finally {
      lock.unlock();
    }
    guest.drop();
  }

  void remove(Guest guest) {
    lock.lock();
    try {
      guests.remove(guest);
      waiting = guests.size();
    } finally {
      lock.unlock();
    }
  }

  boolean isEmpty() {
    return waiting == 0;
  }

  /// Returns how many wait.
  int size() {
    return waiting;
  }

  /// Says that memory or room came free.
  void somethingCameFree() {
    if (waiting == 0) {
      return;
    }
    lock.lock();
    try {
      free = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Finds places until closed or interrupted; the life of the porter.
  void run() throws InterruptedException {
    while (awaitFree()) {
      settleAll();
    }
  }

  private boolean awaitFree() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed && !(free && !guests.isEmpty())) {
        changed.await();
      }
      free = false;
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  private void settleAll() {
    Set<Object> full = new HashSet<>();
    while (true) {
      Guest next = next(full);
      if (next == null) {
        return;
      }
      switch (next.settle()) {
        case FOUND -> remove(next);
        case CONNECTION_FULL -> full.add(next.owner());
        case NODE_FULL -> {
          return;
        }
      }
    }
  }

  private @Nullable Guest next(Set<Object> full) {
    lock.lock();
    try {
      for (Guest guest : guests) {
        if (!full.contains(guest.owner())) {
          return guest;
        }
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    List<Guest> left;
    lock.lock();
    try {
      closed = true;
      left = List.copyOf(guests);
      guests.clear();
      waiting = 0;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    left.forEach(Guest::drop);
  }
}
