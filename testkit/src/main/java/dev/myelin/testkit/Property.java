package dev.myelin.testkit;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/// Runs a claim on many random inputs, each made from a seed that is told when the claim fails.
///
/// `-Dmyelin.seed=N` repeats the one trial that failed with seed N.
public final class Property {
  /// The system property that fixes the seed.
  public static final String SEED = "myelin.seed";

  private Property() {}

  /// Runs the trial that many times, each with a fresh seed.
  ///
  /// @throws AssertionError if a trial throws; its message tells the seed, its cause what happened
  public static void check(int trials, Trial trial) {
    Long fixed = Long.getLong(SEED);
    if (fixed != null) {
      attempt(fixed, 1, trial);
      return;
    }
    SplittableRandom seeds = new SplittableRandom();
    for (int i = 1; i <= trials; i++) {
      attempt(seeds.nextLong(), i, trial);
    }
  }

  private static void attempt(long seed, int number, Trial trial) {
    try {
      trial.run(new SplittableRandom(seed));
    } catch (Throwable e) {
      throw new AssertionError(
          "trial " + number + " fails; repeat with -D" + SEED + "=" + seed + ": " + e, e);
    }
  }

  /// One run of a claim on inputs drawn from the generator.
  @FunctionalInterface
  public interface Trial {
    /// Draws the inputs and asserts the claim.
    void run(RandomGenerator random) throws Throwable;
  }
}
