package dev.myelin.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A typed, shaped view of native memory with one owner; little-endian, row-major.
///
/// Whoever holds a tensor in a try-with-resources owns it. Views made by [#rows], [#row] and
/// [#reshape] borrow: closing one does nothing, and using one after its owner was closed is an
/// [IllegalStateException]. A segment fetched before the tensor was closed must not be used after:
/// the memory may serve another tensor by then.
public final class Tensor implements AutoCloseable {
  private static final VarHandle CLOSED = closedHandle();

  private final DType dtype;
  private final Shape shape;
  private final MemorySegment segment;
  private final @Nullable Tensor owner;
  private final @Nullable Runnable release;
  private volatile boolean closed;

  private Tensor(
      DType dtype,
      Shape shape,
      MemorySegment segment,
      @Nullable Tensor owner,
      @Nullable Runnable release) {
    long expected = dtype.bytesFor(shape.elements());
    if (segment.byteSize() != expected) {
      throw new IllegalArgumentException(
          ("segment: " + segment.byteSize() + " bytes")
              + (" (expected: " + expected + " for " + dtype + shape + ")"));
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
    return new Tensor(dtype, shape, segment, null, Objects.requireNonNull(release, "release"));
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
  /// @throws IllegalStateException if this tensor, the owner of this view, or the file behind it
  ///   was closed
  public MemorySegment segment() {
    requireOpen();
    return segment;
  }

  /// Returns a view of rows `from` up to and without `to` of the outermost axis; closing it does
  /// nothing.
  ///
  /// @throws IllegalArgumentException if the range is not within the axis, or would cut a block of
  ///   a block type
  public Tensor rows(long from, long to) {
    requireOpen();
    if (shape.rank() == 0 || from < 0 || to > shape.dim(0) || from > to) {
      throw new IllegalArgumentException(
          "rows: " + from + ".." + to + " (expected: within " + shape + ")");
    }
    long[] dims = shape.toArray();
    long rowElements = rowElements(dims);
    dims[0] = to - from;
    long offset = dtype.bytesFor(Math.multiplyExact(from, rowElements));
    return view(Shape.of(dims), offset);
  }

  /// Returns a view of one row of the outermost axis, without that axis; closing it does nothing.
  ///
  /// @throws IllegalArgumentException if there is no such row, or it would cut a block of a block
  ///   type
  public Tensor row(long index) {
    requireOpen();
    if (shape.rank() == 0 || index < 0 || index >= shape.dim(0)) {
      throw new IllegalArgumentException("row: " + index + " (expected: within " + shape + ")");
    }
    long[] dims = shape.toArray();
    long[] inner = new long[dims.length - 1];
    System.arraycopy(dims, 1, inner, 0, inner.length);
    return view(Shape.of(inner), dtype.bytesFor(Math.multiplyExact(index, rowElements(dims))));
  }

  /// Returns a view of the same elements under other extents; closing it does nothing.
  ///
  /// @throws IllegalArgumentException if the other shape has not as many elements
  public Tensor reshape(Shape other) {
    requireOpen();
    if (other.elements() != shape.elements()) {
      throw new IllegalArgumentException(
          "shape: " + other + " (expected: " + shape.elements() + " elements, as " + shape + ")");
    }
    return view(other, 0);
  }

  /// Returns a copy that outlives this tensor, owned by the caller.
  ///
  /// @throws PoolExhaustedException if the pool has too little left
  public Tensor copyInto(TensorPool pool) {
    Tensor copy = pool.allocate(dtype, shape);
    try {
      copy.segment.copyFrom(segment());
      return copy;
    } catch (Throwable e) {
      copy.close();
      throw e;
    }
  }

  /// Returns one element, counted row by row, as the nearest double; true is one.
  ///
  /// @throws IllegalArgumentException if the type packs elements in blocks
  /// @throws IndexOutOfBoundsException if there is no such element
  public double doubleAt(long index) {
    return Element.doubleAt(dtype, segment(), Objects.checkIndex(index, shape.elements()));
  }

  /// Returns one element of a whole-number type, counted row by row; U64 comes as its bits.
  ///
  /// @throws IllegalArgumentException if the type is not of whole numbers
  /// @throws IndexOutOfBoundsException if there is no such element
  public long longAt(long index) {
    return Element.longAt(dtype, segment(), Objects.checkIndex(index, shape.elements()));
  }

  /// Sets one element, counted row by row, to the nearest value its type has.
  ///
  /// @throws IllegalArgumentException if the type packs elements in blocks
  /// @throws IndexOutOfBoundsException if there is no such element
  public void set(long index, double value) {
    Element.set(dtype, segment(), Objects.checkIndex(index, shape.elements()), value);
  }

  /// Sets one element of a whole-number type, counted row by row, to the low bits of the value.
  ///
  /// @throws IllegalArgumentException if the type is not of whole numbers
  /// @throws IndexOutOfBoundsException if there is no such element
  public void set(long index, long value) {
    Element.set(dtype, segment(), Objects.checkIndex(index, shape.elements()), value);
  }

  /// Returns whether the other tensor has the same type, extents and bytes.
  public boolean contentEquals(Tensor other) {
    return dtype == other.dtype
        && shape.equals(other.shape)
        && segment().mismatch(other.segment()) < 0;
  }

  /// Returns a tensor that owns the memory in place of this one, which is closed from now on
  /// without giving anything back.
  ///
  /// @throws IllegalStateException if this tensor was closed
  /// @throws IllegalArgumentException if this is a view, which owns nothing
  public Tensor handOver() {
    requireOpen();
    if (owner != null) {
      throw new IllegalArgumentException(
          "tensor " + this + ": a view (expected: one that owns its memory)");
    }
    Tensor heir = new Tensor(dtype, shape, segment, null, release);
    if (!CLOSED.compareAndSet(this, false, true)) {
      throw new IllegalStateException("tensor " + this + " was closed");
    }
    return heir;
  }

  /// Gives the memory back to where it came from. Twice is harmless, from any thread.
  @Override
  public void close() {
    if (release != null && CLOSED.compareAndSet(this, false, true)) {
      release.run();
    } else if (owner == null) {
      closed = true;
    }
  }

  /// Closes this tensor, but lets its memory serve no other one, because somebody outside this
  /// process may still read it: it goes back to the system once nothing else lies in the same
  /// piece. Memory that is not of a pool goes where [#close] gives it. Twice is harmless.
  public void abandon() {
    if (release instanceof Lease lease && CLOSED.compareAndSet(this, false, true)) {
      lease.abandon();
    } else {
      close();
    }
  }

  /// Returns type and extents as `F32[2, 3]`.
  @Override
  public String toString() {
    return dtype.toString() + shape;
  }

  private static long rowElements(long[] dims) {
    long product = 1;
    for (int axis = 1; axis < dims.length; axis++) {
      product = Math.multiplyExact(product, dims[axis]);
    }
    return product;
  }

  private Tensor view(Shape viewed, long offset) {
    long bytes = dtype.bytesFor(viewed.elements());
    Tensor root = owner == null ? this : owner;
    return new Tensor(dtype, viewed, segment.asSlice(offset, bytes), root, null);
  }

  private void requireOpen() {
    if (closed || (owner != null && owner.closed)) {
      throw new IllegalStateException("tensor " + this + " was closed");
    }
    if (!segment.scope().isAlive()) {
      throw new IllegalStateException("memory of tensor " + this + " was closed");
    }
  }

  private static VarHandle closedHandle() {
    try {
      return MethodHandles.lookup().findVarHandle(Tensor.class, "closed", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
