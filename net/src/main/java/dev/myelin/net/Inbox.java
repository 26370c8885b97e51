package dev.myelin.net;

import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.Limits;
import dev.myelin.wire.TensorHeader;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The tensors that arrived and nobody took yet: bounded in number, and by the pool in bytes.
final class Inbox implements AutoCloseable {
  private static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);

  private final TensorPool pool;
  private final TensorPool stash;
  private final Limits.Streams limits;
  private final Limits.Flow flow;
  private final Parking parking = new Parking();
  private final AtomicLong arriving = new AtomicLong();

  /// What nobody took yet; whoever adds and whoever takes share no lock.
  private final Queue<Delivery> queue = new ConcurrentLinkedQueue<>();

  private final AtomicInteger size = new AtomicInteger();

  /// Of those who wait, and of the end; never held across I/O.
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition arrived = lock.newCondition();
  private final Condition left = lock.newCondition();
  private volatile boolean wanted; // written under lock: somebody waits for a tensor
  private volatile int roomy; // written under lock: somebody waits until fewer than that are left
  private volatile boolean closed; // written under lock

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
    return size.get() + landing < limits.queuedMessages();
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

  /// Puts a tensor in for which there was room when it began; does not wait. Whoever waits for a
  /// tensor hears of it with the next [#announce].
  void add(Delivery delivery) {
    size.incrementAndGet();
    enter(delivery);
  }

  /// Puts in what was counted.
  private void enter(Delivery delivery) {
    queue.add(delivery);
    if (closed) {
      closeAll();
    }
  }

  /// Wakes those who wait for a tensor, if there is one: once for all that were added before.
  void announce() {
    if (wanted && !queue.isEmpty()) {
      lock.lock();
      try {
        wanted = false;
        arrived.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /// Puts a tensor in; waits while the inbox is full. Once closed, the tensor is closed too.
  void put(Delivery delivery) throws InterruptedException {
    boolean kept = false;
    try {
      while (!isCounted()) {
        awaitFewer(limits.queuedMessages(), Long.MAX_VALUE);
      }
      kept = true;
    } finally {
      if (!kept) {
        delivery.close();
      }
    }
    enter(delivery);
    announce();
  }

  /// Counts one tensor more if there is room for it, or nobody takes any: of many who wait for the
  /// same room one gets it.
  private boolean isCounted() {
    int before = size.get();
    while (closed || before < limits.queuedMessages()) {
      if (size.compareAndSet(before, before + 1)) {
        return true;
      }
      before = size.get();
    }
    return false;
  }

  /// Waits at most so long until half of the room is free; returns whether it is.
  boolean awaitHalf(long nanos) throws InterruptedException {
    return awaitFewer(limits.queuedMessages() / 2 + 1, nanos);
  }

  private boolean awaitFewer(int bound, long nanos) throws InterruptedException {
    if (size.get() < bound) {
      return true;
    }
    announce();
    long rest = nanos;
    lock.lock();
    try {
      while (true) {
        roomy = Math.max(roomy, bound); // before it is asked for, or nobody would tell
        if (closed || size.get() < bound || rest <= 0) {
          return size.get() < bound;
        }
        rest = left.awaitNanos(rest);
      }
    } finally {
      lock.unlock();
    }
  }

  /// Returns the next tensor; null if none came within `limit` or the inbox was closed.
  @Nullable Delivery poll(Duration limit) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("waiting for a tensor");
    }
    Delivery next = taken();
    return next != null ? next : await(limit.toNanos());
  }

  /// Returns the next tensor.
  Delivery take() throws InterruptedException {
    while (true) {
      Delivery next = poll(FOREVER);
      if (next != null) {
        return next;
      }
      if (closed) {
        throw new InterruptedException("the inbox was closed");
      }
    }
  }

  private @Nullable Delivery await(long nanos) throws InterruptedException {
    long rest = nanos;
    lock.lockInterruptibly();
    try {
      while (true) {
        wanted = true; // before it is asked for, or nobody would tell
        Delivery next = taken();
        if (next != null || rest <= 0 || closed) {
          return next;
        }
        rest = arrived.awaitNanos(rest);
      }
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Delivery taken() {
    Delivery next = queue.poll();
    if (next != null) {
      if (size.decrementAndGet() < roomy) {
        tellOfRoom();
      }
      parking.somethingCameFree();
    }
    return next;
  }

  private void tellOfRoom() {
    lock.lock();
    try {
      roomy = 0;
      left.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Closes every tensor that nobody took, and ends every wait.
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      arrived.signalAll();
      left.signalAll();
    } finally {
      lock.unlock();
    }
    closeAll();
    parking.close();
  }

  private void closeAll() {
    Delivery next;
    while ((next = queue.poll()) != null) {
      size.decrementAndGet();
      next.close();
    }
  }
}
