package dev.myelin.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// A named, limited store of tensor memory that knows what is still out.
public final class TensorPool implements AutoCloseable {
  private final String name;
  private final long limitBytes;
  private final @Nullable TensorPool parent;
  private final Arena arena = Arena.ofShared();
  private long outstanding;

  private TensorPool(String name, long limitBytes, @Nullable TensorPool parent) {
    this.name = name;
    this.limitBytes = limitBytes;
    this.parent = parent;
  }

  /// Opens a root pool that never holds more than `limitBytes`.
  public static TensorPool open(String name, long limitBytes) {
    return new TensorPool(name, limitBytes, null);
  }

  /// Opens a pool that counts against this one and all above it.
  public TensorPool child(String childName, long childLimitBytes) {
    return new TensorPool(childName, childLimitBytes, this);
  }

  /// Returns a tensor with undefined content, owned by the caller.
  ///
  /// @throws PoolExhaustedException if this pool or one above it has too little left
  public Tensor allocate(DType dtype, Shape shape) {
    long bytes = dtype.bytesFor(shape.elements());
    take(bytes);
    MemorySegment segment = arena.allocate(Math.max(bytes, 1), 64).asSlice(0, bytes);
    return Tensor.owning(dtype, shape, segment, () -> give(bytes));
  }

  /// Returns the bytes that are out, in this pool and its children.
  public synchronized long outstanding() {
    return outstanding;
  }

  /// Returns the limit in bytes.
  public long limitBytes() {
    return limitBytes;
  }

  /// Gives all memory back to the system.
  ///
  /// @throws LeakException if tensors are still out; it names them
  @Override
  public void close() {
    if (outstanding() != 0) {
      throw new LeakException(
          "pool " + name + ": " + outstanding() + " bytes still out (expected: 0)");
    }
    arena.close();
  }

  private void take(long bytes) {
    synchronized (this) {
      if (bytes > limitBytes - outstanding) {
        throw new PoolExhaustedException(
            "pool "
                + name
                + ": "
                + bytes
                + " bytes (expected: <= "
                + (limitBytes - outstanding)
                + " of "
                + limitBytes
                + ")");
      }
      outstanding += bytes;
    }
    if (parent != null) {
      parent.take(bytes);
    }
  }

  private void give(long bytes) {
    synchronized (this) {
      outstanding -= bytes;
    }
    if (parent != null) {
      parent.give(bytes);
    }
  }
}
