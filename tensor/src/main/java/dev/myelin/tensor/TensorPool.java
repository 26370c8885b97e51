package dev.myelin.tensor;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// A named, limited store of tensor memory that knows what is still out.
///
/// Memory of closed tensors is used again, so that a loop which receives tensors of equal size
/// touches warm memory and asks the system for none. A root pool never takes more from the system
/// than its limit; a child has no memory of its own, it counts what it gives out against its own
/// limit and every one above it. All methods may be called from any thread.
///
/// With the system property `myelin.pool.trace` set to `true` when a root pool opens, a
/// [LeakException] also tells where each tensor was allocated.
public final class TensorPool implements AutoCloseable {
  /// The system property that makes pools remember where tensors were allocated.
  public static final String TRACE = "myelin.pool.trace";

  private final String name;
  private final long limitBytes;
  private final @Nullable TensorPool parent;
  private final Root root;
  private final Leases leases = new Leases();
  private final List<TensorPool> children = new ArrayList<>();
  private long outstanding;
  private boolean closed;
  private boolean retired;

  private TensorPool(String name, long limitBytes, @Nullable TensorPool parent, Root root) {
    this.name = Objects.requireNonNull(name, "name");
    this.limitBytes = limitBytes;
    this.parent = parent;
    this.root = root;
    if (limitBytes < 0) {
      throw new IllegalArgumentException("limitBytes: " + limitBytes + " (expected: >= 0)");
    }
  }

  /// Opens a root pool that never holds more than `limitBytes`.
  public static TensorPool open(String name, long limitBytes) {
    return open(name, limitBytes, Block.SYSTEM);
  }

  /// Opens a root pool that never holds more than `limitBytes`, and takes them from that source.
  public static TensorPool open(String name, long limitBytes, MemorySource source) {
    return new TensorPool(name, limitBytes, null, new Root(limitBytes, source));
  }

  /// Opens a pool that counts against this one and all above it.
  ///
  /// @throws IllegalStateException if this pool was closed
  public TensorPool child(String childName, long childLimitBytes) {
    TensorPool child = new TensorPool(childName, childLimitBytes, this, root);
    root.lock.lock();
    try {
      requireOpen();
      children.add(child);
    } finally {
      root.lock.unlock();
    }
    return child;
  }

  /// Returns a tensor with undefined content, owned by the caller; does not wait.
  ///
  /// @throws PoolExhaustedException if this pool or one above it has too little left
  /// @throws IllegalStateException if this pool or one above it was closed
  public Tensor allocate(DType dtype, Shape shape) {
    long bytes = dtype.bytesFor(shape.elements());
    Lease lease = lease(dtype, shape, bytes);
    long fresh;
    root.lock.lock();
    try {
      fresh = take(lease);
      if (fresh < 0) {
        throw exhausted(lease);
      }
    } finally {
      root.lock.unlock();
    }
    return tensor(lease, fresh);
  }

  /// Returns a tensor with undefined content, owned by the caller; waits for memory to come back.
  ///
  /// Waits until enough tensors of this pool, or the ones above it, are closed, at most for
  /// `limit`. No order among waiting threads is promised. An interrupt ends the wait.
  ///
  /// @throws PoolExhaustedException at once if the tensor could never fit, or when the time is over
  /// @throws IllegalStateException if this pool or one above it is or gets closed
  public Tensor allocate(DType dtype, Shape shape, Duration limit) throws InterruptedException {
    long bytes = dtype.bytesFor(shape.elements());
    Lease lease = lease(dtype, shape, bytes);
    long fresh;
    root.lock.lockInterruptibly();
    try {
      fresh = await(lease, TimeUnit.NANOSECONDS.convert(limit));
    } finally {
      root.lock.unlock();
    }
    return tensor(lease, fresh);
  }

  /// Returns the name.
  public String name() {
    return name;
  }

  /// Returns the limit in bytes.
  public long limitBytes() {
    return limitBytes;
  }

  /// Returns the bytes of all tensors that are out, in this pool and its children.
  public long outstanding() {
    root.lock.lock();
    try {
      return outstanding;
    } finally {
      root.lock.unlock();
    }
  }

  /// Returns the bytes a root pool holds from the system, out or waiting to be used again; never
  /// above the limit. For a child, which holds none, the bytes that are out.
  public long reserved() {
    root.lock.lock();
    try {
      return parent == null ? root.store.reserved() : outstanding;
    } finally {
      root.lock.unlock();
    }
  }

  /// Returns the bytes that the limits of this pool and the ones above it leave. Pieces still out
  /// may lie so that one request of that size does not fit.
  public long available() {
    root.lock.lock();
    try {
      long least = Long.MAX_VALUE;
      for (TensorPool each = this; each != null; each = each.parent) {
        least = Math.min(least, each.limitBytes - each.outstanding);
      }
      return least;
    } finally {
      root.lock.unlock();
    }
  }

  /// Closes the pool and its children; a root gives all memory that is not out to the system.
  ///
  /// Memory behind tensors that are still out stays valid, and goes back when they are closed.
  /// Twice is harmless.
  ///
  /// @throws LeakException if tensors are still out; it names them
  @Override
  public void close() {
    List<Lease> left = new ArrayList<>();
    root.lock.lock();
    try {
      if (closed) {
        return;
      }
      closeAll(left);
      if (parent != null) {
        parent.children.remove(this);
      } else {
        root.store.trim();
      }
      root.memoryBack.signalAll();
    } finally {
      root.lock.unlock();
    }
    if (!left.isEmpty()) {
      throw LeakException.of(name, left);
    }
  }

  /// Returns the name, what is out and the limit.
  @Override
  public String toString() {
    return "pool " + name + ": " + outstanding() + " of " + limitBytes + " bytes out";
  }

  /// Closes a child as soon as nothing of it is out: at once, or when its last tensor is closed. It
  /// gives out nothing more; a root is not changed. Who closes the root still hears of its tensors.
  public void retire() {
    root.lock.lock();
    try {
      retired = parent != null;
      endIfRetired();
    } finally {
      root.lock.unlock();
    }
  }

  private void endIfRetired() {
    if (retired && outstanding == 0 && parent != null) {
      closed = true;
      parent.children.remove(this);
    }
  }

  /// Has an action run, outside all locks and in the thread that closes a tensor, whenever memory
  /// of this pool or any of its tree came back. It must return at once; there is one for a tree.
  public void whenMemoryReturns(Runnable action) {
    root.returned = Objects.requireNonNull(action, "action");
  }

  void give(Lease lease) {
    root.lock.lock();
    try {
      if (lease.piece != null) {
        root.store.givePiece(lease.piece);
      } else if (lease.block != null) {
        root.store.giveBlock(lease.block);
      }
      root.store.cameBack(rootOutstanding());
      release(lease);
      endIfRetired();
    } finally {
      root.lock.unlock();
    }
    root.returned.run();
  }

  /// Takes back a tensor whose memory must serve no other.
  void abandon(Lease lease) {
    root.lock.lock();
    try {
      if (lease.piece != null) {
        root.store.abandonPiece(lease.piece);
      } else if (lease.block != null) {
        root.store.abandonBlock(lease.block);
      }
      release(lease);
      endIfRetired();
    } finally {
      root.lock.unlock();
    }
    root.returned.run();
  }

  /// Asks `toll` before each allocation from this pool and all of its tree; what it throws, the
  /// caller gets. Tests of exhausted memory do.
  void toll(LongConsumer toll) {
    root.toll = toll;
  }

  private Lease lease(DType dtype, Shape shape, long bytes) {
    LongConsumer toll = root.toll;
    if (toll != null) {
      toll.accept(bytes);
    }
    Throwable trace = root.traces ? new Throwable(dtype + "" + shape + " of " + name) : null;
    return new Lease(this, dtype, shape, bytes, trace);
  }

  private long await(Lease lease, long limitNanos) throws InterruptedException {
    long nanos = limitNanos;
    while (true) {
      long fresh = take(lease);
      if (fresh >= 0) {
        return fresh;
      }
      if (nanos <= 0 || neverFits(lease.bytes)) {
        throw exhausted(lease);
      }
      root.waiting++;
      try {
        nanos = root.memoryBack.awaitNanos(nanos);
      } finally {
        root.waiting--;
      }
    }
  }

  /// Charges the lease and gives it memory: returns zero if it has it, the bytes of a new block
  /// that the caller must make for it, or -1 if there is no room.
  private long take(Lease lease) {
    requireOpen();
    for (TensorPool each = this; each != null; each = each.parent) {
      if (lease.bytes > each.limitBytes - each.outstanding) {
        return -1;
      }
    }
    long fresh = lease.bytes == 0 ? 0 : takeMemory(lease);
    if (fresh >= 0) {
      leases.add(lease);
      charge(lease.bytes);
    }
    return fresh;
  }

  private long takeMemory(Lease lease) {
    BlockStore store = root.store;
    if (store.isSmall(lease.bytes)) {
      lease.piece = store.takePiece(lease.bytes);
      if (lease.piece != null) {
        return 0;
      }
    }
    lease.block = store.takeBlock(lease.bytes);
    return lease.block != null ? 0 : store.reserveBlock(lease.bytes);
  }

  private Tensor tensor(Lease lease, long fresh) {
    if (fresh > 0) {
      try {
        lease.block = root.store.makeBlock(fresh);
      } catch (Throwable e) {
        takeBack(lease, fresh);
        throw e;
      }
    }
    MemorySegment memory = lease.memory();
    return Tensor.owning(lease.dtype, lease.shape, memory, lease);
  }

  private void takeBack(Lease lease, long fresh) {
    root.lock.lock();
    try {
      root.store.unreserve(fresh);
      release(lease);
    } finally {
      root.lock.unlock();
    }
  }

  private void release(Lease lease) {
    leases.remove(lease);
    charge(-lease.bytes);
    if (root.waiting > 0) {
      root.memoryBack.signalAll();
    }
    if (isRootClosed()) {
      root.store.trim();
    }
  }

  private void charge(long bytes) {
    for (TensorPool each = this; each != null; each = each.parent) {
      each.outstanding += bytes;
    }
  }

  private boolean isRootClosed() {
    return top().closed;
  }

  private long rootOutstanding() {
    return top().outstanding;
  }

  private TensorPool top() {
    TensorPool top = this;
    while (top.parent != null) {
      top = top.parent;
    }
    return top;
  }

  private void closeAll(List<Lease> left) {
    closed = true;
    leases.copyTo(left);
    for (TensorPool each : children) {
      each.closeAll(left);
    }
    children.clear();
  }

  private void requireOpen() {
    for (TensorPool each = this; each != null; each = each.parent) {
      if (each.closed || each.retired) {
        throw new IllegalStateException("pool " + each.name + " was closed");
      }
    }
  }

  private boolean neverFits(long bytes) {
    for (TensorPool each = this; each != null; each = each.parent) {
      if (bytes > each.limitBytes) {
        return true;
      }
    }
    return false;
  }

  private PoolExhaustedException exhausted(Lease lease) {
    for (TensorPool each = this; each != null; each = each.parent) {
      long left = each.limitBytes - each.outstanding;
      if (lease.bytes > left) {
        return new PoolExhaustedException(
            ("pool " + each.name + ": " + lease.bytes + " bytes for " + lease)
                + (" (expected: <= " + left + " of " + each.limitBytes + ")"));
      }
    }
    return new PoolExhaustedException(
        ("pool " + name + ": " + lease.bytes + " bytes for " + lease + " (expected: a free run")
            + (" of that size; " + available() + " bytes are free, none as long)"));
  }

  /// What a root pool shares with all below it.
  private static final class Root {
    final ReentrantLock lock = new ReentrantLock();
    final Condition memoryBack = lock.newCondition();
    final BlockStore store;
    final boolean traces = Boolean.getBoolean(TRACE);
    volatile Runnable returned = () -> {};
    int waiting;
    volatile @Nullable LongConsumer toll;

    Root(long limitBytes, MemorySource source) {
      this.store = new BlockStore(Math.max(0, limitBytes), source);
    }
  }
}
