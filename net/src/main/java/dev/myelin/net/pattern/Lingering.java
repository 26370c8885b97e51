package dev.myelin.net.pattern;

import dev.myelin.net.pipe.Pipe;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/// The wait of a socket that closes for what it sent to leave.
final class Lingering {
  private static final long STEP_NANOS = 200_000;

  private Lingering() {}

  /// Waits until every pipe is idle, at most `limit`; an interrupt ends the wait and stays set.
  static void await(Pipe[] pipes, Duration limit) {
    long begin = System.nanoTime();
    long most = limit.compareTo(Duration.ofDays(365)) > 0 ? Long.MAX_VALUE : limit.toNanos();
    while (isBusy(pipes)
        && System.nanoTime() - begin < most
        && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(STEP_NANOS);
    }
  }

  private static boolean isBusy(Pipe[] pipes) {
    for (Pipe each : pipes) {
      if (!each.isEnded() && !each.idle()) {
        return true;
      }
    }
    return false;
  }
}
