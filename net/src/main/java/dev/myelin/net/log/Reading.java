package dev.myelin.net.log;

import dev.myelin.wire.parts.Parts;
import java.time.Instant;
import java.util.Objects;

/// What a reader finds next in a log.
public sealed interface Reading {
  /// A message as it was appended.
  ///
  /// @param offset its place
  /// @param time when it was appended, never before the one ahead of it
  /// @param parts the message, owned by whoever got this
  record Kept(long offset, Instant time, Parts parts) implements Reading {
    public Kept {
      Objects.requireNonNull(time, "time");
      Objects.requireNonNull(parts, "parts");
    }
  }

  /// Messages that are there no more; the reader goes on behind them.
  ///
  /// @param from the offset of the first
  /// @param count how many, on all topics
  /// @param cause why
  record Lost(long from, long count, Cause cause) implements Reading {
    public Lost {
      if (count < 1) {
        throw new IllegalArgumentException("count: " + count + " (expected: >= 1)");
      }
    }
  }

  /// Why messages are lost.
  enum Cause {
    /// The store keeps no more than it was told to, and the reader came too late.
    RETENTION,
    /// The file is damaged there, and the reader was told to pass over it.
    DAMAGE
  }
}
