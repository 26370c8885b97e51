package dev.myelin.net.shared;

/// How long one side spins before it sleeps: as long as that pays, and not at all where it does
/// not. Used by one thread at a time.
final class SpinBudget {
  /// A sleep and a wake-up together take about so long; who waits less had better spun.
  private static final long WORTH_NANOS = 50_000;

  private static final long FIRST_STEP_NANOS = 1000;

  private final long mostNanos;
  private long nanos;

  /// @param processors how many threads can run at once; with one, spinning only keeps the other
  ///   side from running
  SpinBudget(int processors, long mostNanos) {
    this.mostNanos = processors > 1 ? mostNanos : 0;
    this.nanos = this.mostNanos;
  }

  static SpinBudget ofThisMachine() {
    return new SpinBudget(Runtime.getRuntime().availableProcessors(), 25_000);
  }

  long nanos() {
    return nanos;
  }

  /// Notes that what was awaited came while spinning.
  void paid(long waitedNanos) {
    nanos = Math.min(mostNanos, Math.max(nanos, 2 * waitedNanos));
  }

  /// Notes that it came while asleep.
  void slept(long waitedNanos) {
    nanos =
        waitedNanos < WORTH_NANOS ? Math.min(mostNanos, 2 * nanos + FIRST_STEP_NANOS) : nanos / 2;
  }
}
