package dev.myelin.net;

import dev.myelin.wire.Progress;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Passes the progress of one message on, and remembers what its receiver threw: that ends the
/// message, while any other failure of a write ends the connection.
final class Watcher implements Progress {
  /// What sends, watched or not.
  @FunctionalInterface
  interface Way {
    void pass(Progress watcher) throws IOException;
  }

  private final Progress to;
  private @Nullable Exception thrown;

  Watcher(Progress to) {
    this.to = to;
  }

  @Override
  public void sent(long sentBytes, long totalBytes) throws IOException {
    try {
      to.sent(sentBytes, totalBytes);
    } catch (IOException | RuntimeException e) {
      thrown = e;
      throw e;
    }
  }

  @Override
  public long starved(boolean begun) throws IOException {
    try {
      return to.starved(begun);
    } catch (IOException | RuntimeException e) {
      thrown = e;
      throw e;
    }
  }

  /// Returns what the receiver threw; null if it did not.
  @Nullable Exception thrown() {
    return thrown;
  }
}
