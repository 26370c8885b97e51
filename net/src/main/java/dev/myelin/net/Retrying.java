package dev.myelin.net;

import dev.myelin.wire.PeerException;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;

/// Tries a delivery again after failures that may pass, for a limited time.
final class Retrying {
  private final KnownPeer peer;
  private final long deadlineNanos;

  /// @param limit how long after now another attempt may begin
  Retrying(KnownPeer peer, Duration limit) {
    this.peer = peer;
    this.deadlineNanos = limit.isZero() ? 0 : System.nanoTime() + limit.toNanos();
  }

  /// One attempt.
  @FunctionalInterface
  interface Attempt {
    Receipt run() throws IOException, InterruptedException;
  }

  Receipt deliver(Attempt attempt) throws IOException, InterruptedException {
    Backoff backoff = new Backoff(new SecureRandom());
    while (true) {
      try {
        return attempt.run();
      } catch (PeerException e) {
        if (deadlineNanos == 0
            || Retry.after(e) == Retry.NO
            || !pause(backoff.next())
            || !peer.actual().awaitConnected(left())) {
          throw e;
        }
      }
    }
  }

  /// Waits; returns whether there is time left.
  private boolean pause(Duration time) throws InterruptedException {
    Duration left = left();
    Duration shorter = time.compareTo(left) < 0 ? time : left;
    peer.await(() -> false, shorter);
    return !left().isZero();
  }

  private Duration left() {
    return Duration.ofNanos(Math.max(0, deadlineNanos - System.nanoTime()));
  }
}
