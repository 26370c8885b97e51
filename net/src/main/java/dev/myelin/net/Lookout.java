package dev.myelin.net;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// Looks for bytes again and again for a while before a reader sleeps, as long as that pays: a look
/// costs a system call, a wake-up several times as much.
///
/// Begins to look once a wait was short, and stops once one was long, so that a quiet link costs no
/// processor time. Used by one reader at a time.
final class Lookout {
  /// How long it looks.
  static final long LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

  /// Waits up to this long make the next one worth looking.
  static final long SHORT_NANOS = TimeUnit.MICROSECONDS.toNanos(250);

  /// Between two looks the processor is offered to others; who takes it for longer needs it more.
  static final long CROWDED_NANOS = TimeUnit.MICROSECONDS.toNanos(10);

  /// How long nobody looks then: a machine with more work than processors wakes sleepers sooner
  /// than it lets lookouts look.
  static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final LongSupplier clock;
  private boolean worthwhile;
  private long quietUntil;

  /// Says how many bytes can be read without waiting.
  @FunctionalInterface
  interface Probe {
    int available() throws IOException;
  }

  /// Reads, and waits for bytes.
  @FunctionalInterface
  interface Read {
    int read() throws IOException;
  }

  /// @param clock nanoseconds since any moment
  Lookout(LongSupplier clock) {
    this.clock = clock;
    this.quietUntil = clock.getAsLong();
  }

  /// Reads once; looks for bytes before, if that is worthwhile.
  int read(Probe probe, Read read) throws IOException {
    long begin = clock.getAsLong();
    if (worthwhile && begin - quietUntil >= 0) {
      look(probe, begin);
    }
    int got = read.read();
    worthwhile = clock.getAsLong() - begin <= SHORT_NANOS;
    return got;
  }

  @SuppressWarnings(
      "ThreadPriorityCheck") // yielding is how others get the processor, and how we see it
  private void look(Probe probe, long begin) throws IOException {
    long last = begin;
    while (probe.available() == 0) {
      Thread.yield();
      long now = clock.getAsLong();
      if (now - last > CROWDED_NANOS) {
        quietUntil = now + QUIET_NANOS;
        return;
      }
      if (now - begin > LOOK_NANOS) {
        return;
      }
      last = now;
    }
  }
}
