package dev.myelin.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Bytes both ways that may move to another way between two frames, each direction at its own time.
///
/// The reader moves the input and whoever holds the lock of the output moves that, so neither is in
/// use then. The first way stays open: it tells when the other process is gone.
final class MovableDuplex implements Duplex {
  private final Duplex first;
  private volatile Duplex input;
  private volatile Duplex output;

  private @Nullable Duplex second; // guarded by this
  private boolean closed; // guarded by this
  private Runnable closing = () -> {}; // guarded by this

  MovableDuplex(Duplex first) {
    this.first = first;
    this.input = first;
    this.output = first;
  }

  /// Returns the way it began with.
  Duplex first() {
    return first;
  }

  /// Takes a further way over, so that it is closed with this one.
  synchronized void adopt(Duplex further) throws IOException {
    second = further;
    if (closed) {
      further.close();
    }
  }

  /// Has an action run, briefly, when this is closed; at once if it is.
  void onClose(Runnable action) {
    synchronized (this) {
      closing = action;
      if (!closed) {
        return;
      }
    }
    action.run();
  }

  /// Reads from there from now on.
  void moveInput(Duplex to) {
    input = to;
  }

  /// Writes there from now on.
  void moveOutput(Duplex to) {
    output = to;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    return input.read(target);
  }

  @Override
  public int read(ByteBuffer target, Duration limit) throws IOException {
    return input.read(target, limit);
  }

  @Override
  public void write(ByteBuffer[] parts) throws IOException {
    output.write(parts);
  }

  @Override
  public void endOutput() throws IOException {
    output.endOutput();
  }

  @Override
  public String protection() {
    return output.protection();
  }

  @Override
  public void widen() {
    first.widen();
  }

  @Override
  public void close() throws IOException {
    try {
      closeSecond();
    } finally {
      first.close();
    }
  }

  @Override
  public void abort() throws IOException {
    try {
      closeSecond();
    } finally {
      first.abort();
    }
  }

  private void closeSecond() throws IOException {
    Duplex further;
    Runnable last;
    synchronized (this) {
      closed = true;
      further = second;
      last = closing;
    }
    last.run();
    if (further != null) {
      further.close();
    }
  }
}
