package dev.myelin.net.log;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.parts.Parts;
import java.util.Arrays;

/// The parts of a message that is put together: small ones on the heap, large ones in a pool.
///
/// It owns what it holds until [#join] gives it away.
final class Pieces implements AutoCloseable {
  /// A part up to this size lies on the heap, a larger one in a pool.
  static final int HEAP_BYTES = 8 << 10;

  private final Object[] pieces; // byte[], Tensor, or null
  private final TensorPool pool;

  Pieces(int count, TensorPool pool) {
    this.pieces = new Object[count];
    this.pool = pool;
  }

  static boolean fitsHeap(long bytes) {
    return bytes <= HEAP_BYTES;
  }

  /// Makes a part of the heap.
  byte[] heap(int part, long bytes) {
    byte[] made = new byte[Math.toIntExact(bytes)];
    pieces[part] = made;
    return made;
  }

  /// Makes a part of the pool, still owned by this.
  ///
  /// @throws dev.myelin.tensor.PoolExhaustedException if there is no room
  Tensor pooled(int part, long bytes) {
    Tensor made = pool.allocate(DType.U8, Shape.of(bytes));
    pieces[part] = made;
    return made;
  }

  /// Returns the message, which owns the parts from now on.
  Parts join() {
    byte[][] leading = new byte[pieces.length][];
    int heap = 0;
    while (heap < pieces.length && pieces[heap] instanceof byte[] bytes) {
      leading[heap++] = bytes;
    }
    Parts joined =
        heap == 0 ? Parts.of((Tensor) pieces[0]) : Parts.of(Arrays.copyOf(leading, heap));
    for (int i = Math.max(1, heap); i < pieces.length; i++) {
      joined =
          pieces[i] instanceof byte[] bytes ? joined.plus(bytes) : joined.plus((Tensor) pieces[i]);
    }
    Arrays.fill(pieces, null);
    return joined;
  }

  @Override
  public void close() {
    for (Object piece : pieces) {
      if (piece instanceof Tensor tensor) {
        tensor.close();
      }
    }
  }
}
