package dev.myelin.net.pattern;

import dev.myelin.net.pipe.Pipe;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/// The wait of a socket that closes for what it sent to leave, and to arrive.
final class Lingering {
  private static final long STEP_NANOS = 200_000;

  /// How long a peer is given to end its side once ours has ended.
  private static final long FAREWELL_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private Lingering() {}

  /// Waits until every pipe is idle, at most `limit`, tells the peers that nothing more comes, and
  /// waits a moment for them to leave; an interrupt ends the waits and stays set.
  static void await(Pipe[] pipes, Duration limit) {
    long begin = System.nanoTime();
    long most = limit.compareTo(Duration.ofDays(365)) > 0 ? Long.MAX_VALUE : limit.toNanos();
    await(pipes, each -> each.isEnded() || each.idle(), most);
    for (Pipe each : pipes) {
      each.finish();
    }
    long left = Math.min(FAREWELL_NANOS, most - (System.nanoTime() - begin));
    await(pipes, Pipe::isEnded, left);
  }

  private static void await(Pipe[] pipes, Predicate<Pipe> done, long mostNanos) {
    long begin = System.nanoTime();
    while (!isDone(pipes, done)
        && System.nanoTime() - begin < mostNanos
        && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(STEP_NANOS);
    }
  }

  private static boolean isDone(Pipe[] pipes, Predicate<Pipe> done) {
    for (Pipe each : pipes) {
      if (!done.test(each)) {
        return false;
      }
    }
    return true;
  }
}
