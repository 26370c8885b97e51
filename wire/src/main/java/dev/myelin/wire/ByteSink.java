package dev.myelin.wire;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// Blocking output. Safe for many threads: each call is one unit and nothing comes between its
/// bytes.
public interface ByteSink {
  /// Writes `head`, then `length` bytes of `body` from `offset`, as one unit; both are borrowed for
  /// the call.
  ///
  /// Small units may stay in a buffer until [#flush] or the next large one.
  void write(MemorySegment head, MemorySegment body, long offset, long length) throws IOException;

  /// Writes one unit of that class; otherwise as the shorter form, whose units are
  /// [Precedence#CONTROL]. A sink may pass over the class.
  default void write(
      Precedence precedence, MemorySegment head, MemorySegment body, long offset, long length)
      throws IOException {
    write(head, body, offset, length);
  }

  /// Writes one part as one unit.
  default void write(MemorySegment part) throws IOException {
    write(part, MemorySegment.NULL, 0, 0);
  }

  /// Returns when every byte written so far has left.
  void flush() throws IOException;
}
