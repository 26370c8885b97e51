package dev.myelin.net.pattern;

import dev.myelin.net.pipe.Pipe;
import dev.myelin.wire.parts.Parts;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Messages of one pipe that were taken ahead: whoever comes next gets them without a lock.
final class Hand {
  private final @Nullable Pipe pipe;
  private final @Nullable Parts[] messages;
  private final AtomicInteger next = new AtomicInteger();

  private Hand(@Nullable Pipe pipe, @Nullable Parts[] messages) {
    this.pipe = pipe;
    this.messages = messages;
  }

  /// Returns one without messages.
  static Hand empty() {
    return new Hand(null, new Parts[0]);
  }

  /// Returns one with these, which it owns.
  static Hand of(Pipe pipe, @Nullable Parts[] messages) {
    return new Hand(pipe, messages);
  }

  /// Takes the next message; null if there is none.
  Intake.@Nullable Arrival take() {
    Pipe from = pipe;
    if (from == null || next.get() >= messages.length) {
      return null; // looked at first, so that the count does not run on
    }
    int index = next.getAndIncrement();
    Parts message = index < messages.length ? messages[index] : null;
    if (message == null) {
      return null;
    }
    messages[index] = null;
    return new Intake.Arrival(from, message);
  }

  /// Returns how many messages are left.
  int count() {
    return Math.max(0, messages.length - next.get());
  }

  /// Returns how many bytes these have.
  long bytes() {
    long bytes = 0;
    for (int i = next.get(); i < messages.length; i++) {
      Parts message = messages[i];
      bytes += message == null ? 0 : message.totalBytes();
    }
    return bytes;
  }
}
