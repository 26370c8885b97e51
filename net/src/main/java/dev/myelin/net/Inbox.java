package dev.myelin.net;

import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.Limits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// The tensors that arrived and nobody took yet: bounded in number, and by the pool in bytes.
final class Inbox implements AutoCloseable {
  private final TensorPool pool;
  private final Limits.Streams limits;
  private final BlockingQueue<Delivery> queue;
  private final AtomicLong arriving = new AtomicLong();
  private volatile boolean closed;

  Inbox(TensorPool pool, Limits.Streams limits) {
    this.pool = pool;
    this.limits = limits;
    this.queue = new ArrayBlockingQueue<>(limits.queuedMessages());
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

  /// Puts a tensor in; waits while the inbox is full.
  void put(Delivery delivery) throws InterruptedException {
    try {
      queue.put(delivery);
    } catch (InterruptedException e) {
      delivery.close();
      throw e;
    }
    if (closed) {
      dropAll();
    }
  }

  @Nullable Delivery poll(Duration limit) throws InterruptedException {
    return queue.poll(limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  Delivery take() throws InterruptedException {
    return queue.take();
  }

  /// Closes every tensor that nobody took.
  @Override
  public void close() {
    closed = true;
    dropAll();
  }

  private void dropAll() {
    List<Delivery> left = new ArrayList<>();
    queue.drainTo(left);
    left.forEach(Delivery::close);
  }
}
