package dev.myelin.net.log;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;

/// The end of a log that somebody else writes: whoever waits there looks again and again.
final class WatchedTail extends Tail {
  private static final Duration PAUSE = Duration.ofMillis(20);

  private final FoundSegments segments;

  WatchedTail(FoundSegments segments) {
    super(segments.next());
    this.segments = segments;
  }

  /// Shows readers what was written meanwhile.
  synchronized void look() throws IOException {
    segments.look();
    show(segments.next());
  }

  @Override
  boolean await(long offset, Duration limit) throws IOException, InterruptedException {
    long start = System.nanoTime();
    while (true) {
      requireOpen();
      lookUnlessInterrupted();
      Duration left = limit.minusNanos(System.nanoTime() - start);
      boolean last = left.compareTo(PAUSE) <= 0;
      if (super.await(offset, last ? left : PAUSE)) {
        return true;
      }
      if (last) {
        return false;
      }
    }
  }

  private void lookUnlessInterrupted() throws IOException, InterruptedException {
    try {
      look();
    } catch (ClosedByInterruptException e) {
      var _ = Thread.interrupted();
      InterruptedException interrupted = new InterruptedException("interrupted while looking");
      interrupted.initCause(e);
      throw interrupted;
    }
  }
}
