package dev.myelin.bench.endtoend;

import java.util.List;

/// What one round of one design took.
///
/// @param count messages or tensors
/// @param cpuSeconds user and system time of both processes; negative where it is not known
/// @param crowd KiB of each idle connection, KiB of each left behind, Jain's index of fairness,
///   trips per second of all; empty without a crowd
/// @param micros p50, p90, p99, p99.9 and the longest of trips; empty otherwise
record Sample(
    long count, double seconds, double cpuSeconds, List<Double> micros, List<Double> crowd) {
  Sample {
    crowd = List.copyOf(crowd);
    micros = List.copyOf(micros);
  }

  /// Returns the figure that counts in the unit of the case.
  double value(Case what) {
    return switch (what.what()) {
      case ONE_WAY -> count * (double) what.size() / seconds / 1e9;
      case SMALL -> count / seconds / 1e6;
      case ROUND_TRIP, HAND_OVER, BESIDE -> micros.getFirst();
      case CONNECTIONS -> crowd.getFirst();
    };
  }
}
