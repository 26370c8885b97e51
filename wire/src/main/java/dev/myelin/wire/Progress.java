package dev.myelin.wire;

import java.io.IOException;

/// Watches one message leave, and may end it.
@FunctionalInterface
public interface Progress {
  /// Watches nothing.
  Progress NONE = (sentBytes, totalBytes) -> {};

  /// Called after each frame of a tensor with the bytes sent so far. Throwing ends the stream: the
  /// session tells the peer that it was cancelled and throws the same exception to its caller.
  void sent(long sentBytes, long totalBytes) throws IOException;

  /// Called before each wait for the peer's credit; returns the most nanoseconds to wait before
  /// this is asked again. Throwing ends the stream as above; before its first byte nothing is sent
  /// at all. Must return at once.
  ///
  /// @param begun whether a byte of the stream has left
  default long starved(boolean begun) throws IOException {
    return Long.MAX_VALUE;
  }
}
