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
}
