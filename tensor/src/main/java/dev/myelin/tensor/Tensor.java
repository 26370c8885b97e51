package dev.myelin.tensor;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// A typed, shaped view of native memory with one owner; little-endian, row-major.
///
/// Whoever holds a tensor in a try-with-resources owns it. Views made by [#rows] borrow: closing
/// one does nothing, and using one after its owner was closed is an [IllegalStateException].
public final class Tensor implements AutoCloseable {
  private final DType dtype;
  private final Shape shape;
  private final MemorySegment segment;
  private final @Nullable Tensor owner;
  private final @Nullable Runnable release;
  private boolean closed;

  private Tensor(
      DType dtype,
      Shape shape,
      MemorySegment segment,
      @Nullable Tensor owner,
      @Nullable Runnable release) {
    long expected = dtype.bytesFor(shape.elements());
    if (segment.byteSize() != expected) {
      throw new IllegalArgumentException(
          "segment: "
              + segment.byteSize()
              + " bytes (expected: "
              + expected
              + " for "
              + dtype
              + shape
              + ")");
    }
    this.dtype = dtype;
    this.shape = shape;
    this.segment = segment;
    this.owner = owner;
    this.release = release;
  }

  /// Returns a tensor over borrowed memory; closing it gives nothing back.
  ///
  /// @throws IllegalArgumentException if the segment has not exactly the size that type and shape
  ///   need
  public static Tensor wrap(DType dtype, Shape shape, MemorySegment segment) {
    return new Tensor(dtype, shape, segment, null, null);
  }

  /// Returns a tensor that owns the memory; `release` runs once, when it is closed.
  public static Tensor owning(DType dtype, Shape shape, MemorySegment segment, Runnable release) {
    return new Tensor(dtype, shape, segment, null, release);
  }

  /// Returns the element type.
  public DType dtype() {
    return dtype;
  }

  /// Returns the extents.
  public Shape shape() {
    return shape;
  }

  /// Returns the size in bytes.
  public long byteSize() {
    return segment.byteSize();
  }

  /// Returns the memory, borrowed until this tensor is closed.
  ///
  /// @throws IllegalStateException if this tensor, or the owner of this view, was closed
  public MemorySegment segment() {
    requireOpen();
    return segment;
  }

  /// Returns a view of rows `from` up to and without `to` of the outermost axis; closing it does
  /// nothing.
  public Tensor rows(long from, long to) {
    requireOpen();
    if (shape.rank() == 0 || from < 0 || to > shape.dim(0) || from > to) {
      throw new IllegalArgumentException(
          "rows: " + from + ".." + to + " (expected: within " + shape + ")");
    }
    long[] dims = shape.toArray();
    long row = dims[0] == 0 ? 0 : segment.byteSize() / dims[0];
    dims[0] = to - from;
    return new Tensor(
        dtype, Shape.of(dims), segment.asSlice(from * row, (to - from) * row), this, null);
  }

  /// Gives the memory back to where it came from. Twice is harmless.
  @Override
  public void close() {
    Runnable action;
    synchronized (this) {
      action = closed ? null : release;
      closed = closed || owner == null;
    }
    if (action != null) {
      action.run();
    }
  }

  private void requireOpen() {
    Tensor root = owner == null ? this : owner;
    if (root.closed || closed) {
      throw new IllegalStateException("tensor " + dtype + shape + " was closed");
    }
  }
}
