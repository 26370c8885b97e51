package dev.myelin.net;

import java.time.Duration;
import java.util.Objects;

/// How hard a tensor is tried that is sent with [Peer#deliver].
///
/// @param resumeBytes from which size on the receiver is asked, before the first byte, how much it
///   has from an earlier attempt; that costs one round trip. Only peers with a folder keep anything
/// @param retryFor how long to try again, over new connections, after a failure that may pass
public record Persistence(long resumeBytes, Duration retryFor) {
  public Persistence {
    if (resumeBytes < 0) {
      throw new IllegalArgumentException("resumeBytes: " + resumeBytes + " (expected: >= 0)");
    }
    Objects.requireNonNull(retryFor, "retryFor");
  }

  /// Returns one attempt that asks nothing.
  public static Persistence once() {
    return new Persistence(Long.MAX_VALUE, Duration.ZERO);
  }

  /// Returns an attempt that goes on where an earlier one ended, for tensors of at least that size.
  public static Persistence resuming(long resumeBytes) {
    return new Persistence(resumeBytes, Duration.ZERO);
  }

  /// Returns a copy that tries again for so long.
  public Persistence retryFor(Duration other) {
    return new Persistence(resumeBytes, other);
  }
}
