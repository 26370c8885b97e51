package dev.myelin.net;

import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.Limits;
import dev.myelin.wire.TensorHeader;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The tensors that arrived and nobody took yet: bounded in number, and by the pool in bytes.
final class Inbox implements AutoCloseable {
  private final TensorPool pool;
  private final TensorPool stash;
  private final Limits.Streams limits;
  private final Limits.Flow flow;
  private final Parking parking = new Parking();
  private final AtomicLong arriving = new AtomicLong();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Delivery> queue = new ArrayDeque<>(); // guarded by lock
  private boolean closed; // guarded by lock

  /// @param stash where streams that wait for memory keep what comes meanwhile
  Inbox(TensorPool pool, TensorPool stash, Limits limits) {
    this.pool = pool;
    this.stash = stash;
    this.limits = limits.streams();
    this.flow = limits.flow();
    pool.whenMemoryReturns(parking::somethingCameFree);
  }

  TensorPool stash() {
    return stash;
  }

  Limits.Flow flow() {
    return flow;
  }

  /// Returns the streams that wait for memory or room.
  Parking parking() {
    return parking;
  }

  /// Returns whether there is room for one tensor more than those that land for one connection.
  boolean hasRoom(int landing) {
    lock.lock();
    try {
      return queue.size() + landing < limits.queuedMessages();
    } finally {
      lock.unlock();
    }
  }

  /// Returns memory of a connection's pool; of the node's if that connection is over.
  Tensor allocate(TensorPool ofConnection, TensorHeader header) {
    try {
      return ofConnection.allocate(header.dtype(), header.shape());
    } catch (IllegalStateException e) {
      return pool.allocate(header.dtype(), header.shape());
    }
  }

  TensorPool pool() {
    return pool;
  }

  Limits.Streams limits() {
    return limits;
  }

  /// Notes memory that is being filled and will not come back before its stream has ended.
  void arriving(long bytes) {
    arriving.addAndGet(bytes);
  }

  /// Returns whether somebody holds whole tensors, so that waiting for memory makes sense.
  boolean someoneHoldsTensors() {
    return pool.outstanding() > arriving.get();
  }

  /// Returns whether so many bytes would be free if every whole tensor were closed.
  boolean couldGive(long bytes) {
    return bytes <= pool.limitBytes() - arriving.get();
  }

  /// Puts a tensor in for which there was room when it began; does not wait.
  void add(Delivery delivery) {
    lock.lock();
    try {
      if (!closed) {
        queue.addLast(delivery);
        changed.signalAll();
        return;
      }
    } finally {
      lock.unlock();
    }
    delivery.close();
  }

  /// Puts a tensor in; waits while the inbox is full. Once closed, the tensor is closed too.
  void put(Delivery delivery) throws InterruptedException {
    boolean kept = false;
    lock.lock(); // not interruptibly: the tensor is ours to close from here on
    try {
      while (!closed && queue.size() >= limits.queuedMessages()) {
        changed.await();
      }
      if (!closed) {
        queue.addLast(delivery);
        kept = true;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
      if (!kept) {
        delivery.close();
      }
    }
  }

  /// Returns the next tensor; null if none came within `limit` or the inbox was closed.
  @Nullable Delivery poll(Duration limit) throws InterruptedException {
    long left = limit.toNanos();
    lock.lockInterruptibly();
    try {
      while (queue.isEmpty() && left > 0 && !closed) {
        left = changed.awaitNanos(left);
      }
      return taken();
    } finally {
      lock.unlock();
    }
  }

  /// Returns the next tensor.
  Delivery take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (true) {
        Delivery next = taken();
        if (next != null) {
          return next;
        }
        if (closed) {
          throw new InterruptedException("the inbox was closed");
        }
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Delivery taken() {
    Delivery next = queue.pollFirst();
    if (next != null) {
      changed.signalAll();
      parking.somethingCameFree();
    }
    return next;
  }

  /// Closes every tensor that nobody took, and ends every wait.
  @Override
  public void close() {
    List<Delivery> left;
    lock.lock();
    try {
      closed = true;
      left = List.copyOf(queue);
      queue.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    left.forEach(Delivery::close);
    parking.close();
  }
}
