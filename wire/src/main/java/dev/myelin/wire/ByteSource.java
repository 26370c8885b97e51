package dev.myelin.wire;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;

/// Blocking input. Used by one thread at a time.
public interface ByteSource {
  /// Returns the next bytes without consuming them: at least `count`, fewer only when the input
  /// ended.
  ///
  /// Waits for bytes; the owner bounds the wait by closing the input. The segment is borrowed until
  /// the next call.
  ///
  /// @throws IllegalArgumentException if `count` exceeds what this source can hold back (never
  ///   below 64)
  MemorySegment peek(int count) throws IOException;

  /// Returns whether a byte, or the end, is there; waits at most `limit`.
  boolean ready(Duration limit) throws IOException;

  /// Fills `length` bytes of `target` from `offset`. Returns false when the input ended before the
  /// first byte.
  ///
  /// Passing the same segment object again is cheap: a source may remember its view of it.
  ///
  /// @throws PeerException.Closed if the input ended after the first byte and before the last
  boolean readFully(MemorySegment target, long offset, long length) throws IOException;

  /// Fills the whole segment; otherwise as the longer form.
  default boolean readFully(MemorySegment target) throws IOException {
    return readFully(target, 0, target.byteSize());
  }

  /// Reads what there is, at least a byte and at most `length`, into `target` from `offset`;
  /// returns how many, or -1 when the input ended. Waits for the first byte.
  default int readSome(byte[] target, int offset, int length) throws IOException {
    int count = (int) Math.min(length, peek(1).byteSize());
    if (count == 0) {
      return -1;
    }
    boolean _ = readFully(MemorySegment.ofArray(target), offset, count);
    return count;
  }

  /// Somebody who looks at bytes where they lie.
  @FunctionalInterface
  interface Visitor {
    /// Takes `length` bytes of `bytes` from `offset`, borrowed for the call; returns false to leave
    /// them in the source.
    boolean visit(MemorySegment bytes, long offset, int length) throws IOException;
  }

  /// Shows the next `length` bytes to a visitor without copying them, and consumes them if it takes
  /// them; waits for bytes as [#peek].
  ///
  /// @return whether they are consumed: false if the visitor left them, the input ended before the
  ///   last, or this source cannot hold back so many
  default boolean offer(int length, Visitor visitor) throws IOException {
    return false;
  }
}
