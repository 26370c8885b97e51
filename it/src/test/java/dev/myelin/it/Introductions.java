package dev.myelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.net.pattern.PatternSocket;
import java.time.Duration;

/// Waits until a peer is there, or is gone.
final class Introductions {
  private static final Duration MOMENT = Duration.ofMillis(20);
  private static final Duration NUDGE = Duration.ofMillis(200);

  private Introductions() {}

  /// Waits for a peer that dialled us.
  static void awaitDialler(PatternSocket ours, Party its) throws Exception {
    long end = System.nanoTime() + Party.SOON.toNanos();
    while (!ours.awaitPeers(1, NUDGE)) {
      assertThat(System.nanoTime()).as("no peer").isLessThan(end);
      its.nudge();
    }
  }

  /// Waits until a peer that dialled us was turned away for that reason.
  static void awaitRefusal(PatternSocket ours, Party its, String reason) throws Exception {
    long end = System.nanoTime() + Party.SOON.toNanos();
    while (!failed(ours, reason, NUDGE)) {
      assertThat(System.nanoTime()).as("nobody was turned away").isLessThan(end);
      its.nudge();
    }
  }

  /// Returns whether every peer leaves in time.
  static boolean gone(PatternSocket ours) throws InterruptedException {
    long end = System.nanoTime() + Party.SOON.toNanos();
    while (ours.peers() > 0 && System.nanoTime() < end) {
      ours.awaitPeers(Integer.MAX_VALUE, MOMENT);
    }
    return ours.peers() == 0;
  }

  /// Waits until an attempt to come in, or to be let in, failed.
  static void awaitFailure(PatternSocket ours) throws InterruptedException {
    assertThat(failed(ours, "", Party.SOON)).as("a failure was told").isTrue();
  }

  private static boolean failed(PatternSocket ours, String reason, Duration limit)
      throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (!failed(ours, reason) && System.nanoTime() < end) {
      ours.awaitPeers(Integer.MAX_VALUE, MOMENT);
    }
    return failed(ours, reason);
  }

  private static boolean failed(PatternSocket ours, String reason) {
    return ours.lastFailure().filter(each -> each.reason().contains(reason)).isPresent();
  }
}
