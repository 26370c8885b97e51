package dev.myelin.bench.endtoend;

import java.util.List;

/// What one round of one design took.
///
/// @param count messages or tensors
/// @param cpuSeconds user and system time of both processes; negative where it is not known
/// @param figures what else the case tells. Of a crowd: KiB of each idle connection, KiB of each
///   left behind, Jain's index of fairness, trips per second of all. Of a publication: bytes of the
///   publisher's heap for each message. Of commits: messages in one
/// @param micros p50, p90, p99, p99.9 and the longest of trips; empty otherwise
record Sample(
    long count, double seconds, double cpuSeconds, List<Double> micros, List<Double> figures) {
  Sample {
    figures = List.copyOf(figures);
    micros = List.copyOf(micros);
  }

  /// Returns the figure that counts in the unit of the case.
  double value(Case what) {
    return switch (what.what()) {
      case ONE_WAY, SETTINGS, APPEND -> count * (double) what.size() / seconds / 1e9;
      case SMALL -> count / seconds / 1e6;
      case ROUND_TRIP, HAND_OVER, BESIDE -> micros.getFirst();
      case PUBLISH -> count * (double) Task.SUBSCRIBERS / seconds / 1e6;
      case COMMIT -> count / seconds / 1e3;
      case CONNECTIONS -> figures.getFirst();
    };
  }
}
