package dev.myelin.net.log;

import java.io.IOException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Forces a log onto its device so that whoever waits at the same time waits once.
///
/// One thread forces for all that have written before it began; who comes meanwhile waits for it,
/// and then one of them forces for all of them.
final class GroupCommit {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition forced = lock.newCondition();
  private final String name;
  private final Device device;
  private long durable; // guarded by lock
  private boolean forcing; // guarded by lock
  private @Nullable IOException failure; // guarded by lock
  private long forces; // guarded by lock
  private long largestGroup; // guarded by lock

  /// What is forced.
  interface Device {
    /// Forces everything that is written, and returns the offset up to which that is.
    long force() throws IOException;

    /// Learns that everything up to that offset is on the device; called by one thread at a time.
    void forcedUpTo(long offset);
  }

  GroupCommit(String name, Device device, long durable) {
    this.name = name;
    this.device = device;
    this.durable = durable;
  }

  /// Returns when everything up to that offset is on the device. Waits for the device; an interrupt
  /// does not end that.
  ///
  /// @throws IOException if the device cannot, now or earlier
  void await(long upTo) throws IOException {
    lock.lock();
    try {
      while (durable < upTo) {
        if (failure != null) {
          throw new LogException.Failed(name, failure);
        }
        if (forcing) {
          forced.awaitUninterruptibly();
        } else {
          force();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void force() throws IOException {
    forcing = true;
    lock.unlock();
    long reached = -1;
    IOException failed = null;
    try {
      reached = device.force();
    } catch (IOException e) {
      failed = e;
    } finally {
      lock.lock();
      forcing = false;
      forced.signalAll();
    }
    if (failed != null) {
      failure = failed;
      throw failed;
    }
    forces++;
    reach(reached);
  }

  private void reach(long offset) {
    if (offset > durable) {
      largestGroup = Math.max(largestGroup, offset - durable);
      durable = offset;
      device.forcedUpTo(offset);
    }
  }

  /// Returns what the device once threw; what it holds is not known since. Null if it never did.
  @Nullable IOException failure() {
    lock.lock();
    try {
      return failure;
    } finally {
      lock.unlock();
    }
  }

  long forces() {
    lock.lock();
    try {
      return forces;
    } finally {
      lock.unlock();
    }
  }

  long largestGroup() {
    lock.lock();
    try {
      return largestGroup;
    } finally {
      lock.unlock();
    }
  }
}
