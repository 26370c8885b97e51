package dev.myelin.bench.endtoend;

/// How long things take.
///
/// @param passes how often each design is started, timed and stopped
/// @param rounds how many turns it has in a case and a pass
/// @param turnSeconds how long a turn is about to last
/// @param firstWarmUpSeconds before the first case of a pass, while code is compiled
/// @param warmUpSeconds before every other case
record Pace(
    boolean quick,
    int passes,
    int rounds,
    double turnSeconds,
    double firstWarmUpSeconds,
    double warmUpSeconds) {
  Pace {
    if (rounds < 1 || passes < 1) {
      throw new IllegalArgumentException(
          "passes: " + passes + ", rounds: " + rounds + " (expected: >= 1)");
    }
  }

  static Pace usual() {
    return new Pace(false, 2, 3, 0.3, 4, 0.8);
  }

  static Pace shorter() {
    return new Pace(true, 1, 3, 0.15, 1.5, 0.6);
  }

  Pace withPasses(int other) {
    return new Pace(quick, other, rounds, turnSeconds, firstWarmUpSeconds, warmUpSeconds);
  }

  Pace withRounds(int other) {
    return new Pace(quick, passes, other, turnSeconds, firstWarmUpSeconds, warmUpSeconds);
  }
}
