package dev.myelin.bench.endtoend;

/// How long things take.
///
/// @param rounds how often each design has its turn in a case
/// @param turnSeconds how long a turn is about to last
/// @param firstWarmUpSeconds before the first case of a design, while its code is compiled
/// @param warmUpSeconds before every other case
record Pace(
    boolean quick,
    int rounds,
    double turnSeconds,
    double firstWarmUpSeconds,
    double warmUpSeconds) {
  Pace {
    if (rounds < 1) {
      throw new IllegalArgumentException("rounds: " + rounds + " (expected: >= 1)");
    }
  }

  static Pace usual() {
    return new Pace(false, 5, 0.3, 6, 1.2);
  }

  static Pace shorter() {
    return new Pace(true, 3, 0.15, 1.5, 0.6);
  }

  Pace withRounds(int other) {
    return new Pace(quick, other, turnSeconds, firstWarmUpSeconds, warmUpSeconds);
  }
}
