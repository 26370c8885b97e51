package dev.myelin.net.pattern;

import dev.myelin.wire.parts.Parts;
import java.util.concurrent.atomic.AtomicInteger;

/// A message that several pipes carry at once, without a copy of its memory: it is closed when the
/// last of them is done with it.
final class Shared implements AutoCloseable {
  private final Parts message;
  private final boolean onHeap;
  private final AtomicInteger holders = new AtomicInteger(1);

  /// Takes the message over; whoever makes this is its first holder.
  Shared(Parts message) {
    this.message = message;
    this.onHeap = message.allOnHeap();
  }

  /// Returns the message, borrowed.
  Parts message() {
    return message;
  }

  /// Returns the message for one more pipe, which owns it.
  Parts share() {
    if (onHeap) {
      return message; // nothing in it needs closing
    }
    holders.incrementAndGet();
    return message.lend(this::close);
  }

  /// Adds a holder that will close this.
  Shared hold() {
    holders.incrementAndGet();
    return this;
  }

  /// Takes one holder away.
  @Override
  public void close() {
    if (holders.decrementAndGet() == 0) {
      message.close();
    }
  }
}
