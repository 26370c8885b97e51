package dev.myelin.tensor;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// What a pool remembers of one tensor that is out; runs when the tensor is closed.
final class Lease implements Runnable {
  final TensorPool pool;
  final DType dtype;
  final Shape shape;
  final long bytes;
  final @Nullable Throwable trace;
  SlabHeap.@Nullable Piece piece;
  @Nullable Block block;
  @Nullable Lease previous;
  @Nullable Lease next;

  Lease(TensorPool pool, DType dtype, Shape shape, long bytes, @Nullable Throwable trace) {
    this.pool = pool;
    this.dtype = dtype;
    this.shape = shape;
    this.bytes = bytes;
    this.trace = trace;
  }

  @Override
  public void run() {
    pool.give(this);
  }

  void abandon() {
    pool.abandon(this);
  }

  MemorySegment memory() {
    if (piece != null) {
      return piece.memory(bytes);
    }
    return block == null ? MemorySegment.NULL : block.memory(0, bytes);
  }

  @Override
  public String toString() {
    return dtype + "" + shape;
  }
}
