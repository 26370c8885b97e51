package dev.myelin.tensor;

import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// Seeded trials as the test kit has them; the kit itself stands on this module.
final class Trials {
  private static final String SEED = "myelin.seed";

  private Trials() {}

  static void run(int count, Consumer<RandomGenerator> trial) {
    Long fixed = Long.getLong(SEED);
    SplittableRandom seeds = new SplittableRandom();
    for (int i = 0; i < (fixed == null ? count : 1); i++) {
      long seed = fixed == null ? seeds.nextLong() : fixed;
      try {
        trial.accept(new SplittableRandom(seed));
      } catch (Throwable e) {
        throw new AssertionError("repeat with -D" + SEED + "=" + seed + ": " + e, e);
      }
    }
  }
}
