package dev.myelin.bench.endtoend;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/// What one round of one design took.
///
/// @param count messages or tensors
/// @param cpuSeconds user and system time of both processes; negative where it is not known
/// @param micros p50, p90, p99, p99.9 and the longest of trips; empty otherwise
@JsonInclude(JsonInclude.Include.NON_EMPTY)
record Sample(long count, double seconds, double cpuSeconds, List<Double> micros) {
  Sample {
    micros = List.copyOf(micros);
  }

  /// Returns the figure that counts in the unit of the case.
  double value(Case what) {
    return switch (what.what()) {
      case ONE_WAY -> count * (double) what.size() / seconds / 1e9;
      case SMALL -> count / seconds / 1e6;
      case ROUND_TRIP -> micros.getFirst();
      case CONNECTIONS -> 0;
    };
  }
}
