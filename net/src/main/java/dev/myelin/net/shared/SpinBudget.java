package dev.myelin.net.shared;

/// How long one side spins before it sleeps: as long as that pays, and not at all where it does
/// not. Used by one thread at a time.
///
/// A spin that found nothing cost processor time that the other side may have needed. A cautious
/// side sleeps at once after a few of them, and tries a spin only now and then, ever more seldom.
/// An eager one, which has a processor to itself, bears more of them while answers come fast, and
/// tries again soon; but it too sleeps when they keep failing, since the two sides then stand in
/// each other's way on one processor.
public final class SpinBudget {
  private static final int MOST_CREDIT = 4;
  private static final int FAILURE = 2;
  private static final int FIRST_PAUSE = 16;
  private static final int LONGEST_PAUSE = 512;
  private static final long MOST_NANOS = 20_000;
  private static final long FAST_NANOS = 200_000;

  private final long mostNanos;
  private final boolean eager;
  private int credit = MOST_CREDIT;
  private int pause = FIRST_PAUSE;
  private int waitsToGo;

  /// @param processors how many threads can run at once; with one, spinning only keeps the other
  ///   side from running
  SpinBudget(int processors, boolean eager) {
    this.mostNanos = processors > 1 ? MOST_NANOS : 0;
    this.eager = eager;
  }

  /// Returns that of a side whose processor others want too.
  public static SpinBudget cautious() {
    return new SpinBudget(Runtime.getRuntime().availableProcessors(), false);
  }

  /// Returns that of a side that has a processor to itself.
  public static SpinBudget eager() {
    return new SpinBudget(Runtime.getRuntime().availableProcessors(), true);
  }

  /// Returns for how long to spin now.
  long nanos() {
    if (waitsToGo > 0) {
      waitsToGo--;
      return 0;
    }
    return mostNanos;
  }

  /// Notes that what was awaited came while spinning.
  void paid() {
    credit = Math.min(MOST_CREDIT, credit + 1);
    if (credit == MOST_CREDIT) {
      pause = FIRST_PAUSE;
    }
  }

  /// Notes that a spin found nothing, and how long the wait took in all.
  void failed(long waitedNanos) {
    credit -= eager && waitedNanos < FAST_NANOS ? 1 : FAILURE;
    if (credit <= 0) {
      credit = 1;
      waitsToGo = pause;
      pause = Math.min(eager ? FIRST_PAUSE : LONGEST_PAUSE, 2 * pause);
    }
  }
}
