package dev.myelin.wire;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.PoolExhaustedException;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Chooses the memory in which incoming tensors land, so that their bytes are copied once.
///
/// Called on the thread that reads the session, or closes it while nobody reads. Tensors it returns
/// belong to the session until they are given out in a message, or closed because their stream
/// failed.
///
/// Where the peer knows credit, a landing need not wait for memory: it answers null, and the
/// session reads on and keeps what comes in a stash. Elsewhere it waits: that is the back-pressure.
public interface Landing {
  /// Returns memory of exactly the described size for a whole tensor; null for "later", which is
  /// followed by a call of [#parked] and only allowed where the session's features include
  /// `windows`.
  ///
  /// @throws PeerException.Overloaded if there will not be room: the stream is declined, the
  ///   session goes on
  /// @throws PeerException.Refused if this node does not want it: the stream is declined, the
  ///   session goes on
  /// @throws PeerException.Faulted if there will not be room for a reason that the peer should know
  ///   by its code: the stream is declined, the session goes on
  @Nullable Tensor land(int stream, TensorHeader header) throws PeerException;

  /// Takes the handle of the stream for which [#land] said "later".
  default void parked(Parked stream) {
    throw new IllegalStateException("parked: " + stream.header() + " (expected: a landing for it)");
  }

  /// Returns `bytes` of U8 memory to stash what comes of a parked stream.
  ///
  /// @throws PeerException.Overloaded if there is none: the stream is declined
  default Tensor stash(int stream, long bytes) throws PeerException {
    throw new PeerException.Overloaded("no memory for what waits (expected: a stash)", null);
  }

  /// Returns how many bytes of a described stream may be on their way at once, where the peer knows
  /// credit; called while the stream lands. What the stream was let send before, and what every
  /// stream may send at its beginning, stays.
  default long window(int stream, TensorHeader header) {
    return Long.MAX_VALUE;
  }

  /// Returns the memory for a stream of which the receiver has the first `bytes`, as it told the
  /// sender with [Message.Held]; or zero bytes, where the sender has other content. For a stream of
  /// which it has none, null for "later", as [#land].
  ///
  /// @throws PeerException as [#land]
  default @Nullable Resumed resume(int stream, TensorHeader header, long bytes)
      throws PeerException {
    if (bytes != 0) {
      throw new PeerException.Faulted(
          FaultCode.UNSUPPORTED.code(), bytes + " bytes are held (expected: none)");
    }
    Tensor tensor = land(stream, header);
    return tensor == null
        ? null
        : new Resumed(
            tensor,
            Objects.requireNonNull(RunningDigest.of(header.digest(), tensor.segment()), "digest"));
  }

  /// Memory that holds a part of a tensor, and the digest that has taken that part.
  record Resumed(Tensor tensor, RunningDigest digest) {}

  /// Returns `bytes` of U8 memory for one chunk of a stream that nobody described.
  Tensor landChunk(int stream, long sequence, long bytes) throws PeerException;

  /// Called before the first `upToBytes` of a described tensor are stored; throws, as [#land], if
  /// its memory cannot take them: the stream is declined, the session goes on.
  default void prepare(int stream, TensorHeader header, long upToBytes) throws PeerException {}

  /// Takes one small chunk of a stream that nobody described where it lies in the reader's buffer;
  /// the bytes are borrowed for the call, and nothing comes out of `receive` for them. Returns
  /// false, as by default, to have it landed with [#landChunk].
  ///
  /// The way to take many small messages: no memory, message or lock for each. Sources show chunks
  /// that they can hold back, at least those below 4 KiB on a connection; larger ones land.
  ///
  /// @param bytes holds the chunk from `offset` on
  default boolean takeChunk(
      int stream, long sequence, MemorySegment bytes, long offset, int length) {
    return false;
  }

  /// Returns the tensor to give out for one that the peer handed over where it lies: that very one,
  /// or a copy in memory of this landing's own, once the foreign one is closed.
  ///
  /// @throws PeerException.Overloaded as [#land]; the foreign one stays the caller's
  /// @throws PeerException.Refused as [#land]; the foreign one stays the caller's
  default Tensor adopt(int stream, TensorHeader header, Tensor foreign) throws PeerException {
    return foreign;
  }

  /// Called as the bytes of a described tensor arrive.
  default void landed(int stream, TensorHeader header, long bytesSoFar) {}

  /// Called when a stream will not be completed; its tensor, or its stash, is closed already.
  default void abandoned(int stream, TensorHeader header, String reason) {}

  /// Returns a landing that allocates from a pool and declines when it is exhausted.
  static Landing in(TensorPool pool) {
    return new Landing() {
      @Override
      public Tensor land(int stream, TensorHeader header) throws PeerException {
        return allocate(header.dtype(), header.shape());
      }

      @Override
      public Tensor landChunk(int stream, long sequence, long bytes) throws PeerException {
        return allocate(DType.U8, Shape.of(bytes));
      }

      private Tensor allocate(DType dtype, Shape shape) throws PeerException {
        try {
          return pool.allocate(dtype, shape);
        } catch (PoolExhaustedException e) {
          throw new PeerException.Overloaded(String.valueOf(e.getMessage()), e);
        }
      }
    };
  }
}
