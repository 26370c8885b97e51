package dev.myelin.cli;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/// What the runs of one side in one case came to.
///
/// @param samples one per run
record BenchResult(BenchCase what, long bytes, String side, List<Sample> samples) {
  /// The bytes before each frame's payload, and the payload of a frame.
  private static final int HEADER_BYTES = 14;

  private static final long FRAME_BYTES = 1L << 20;

  /// What one run came to.
  ///
  /// @param value in the unit of the case; the middle one of a latency
  /// @param cpuSecondsPerGb user and system time of both processes per 10^9 bytes; zero where it
  ///   was not measured
  /// @param p99 the value that one in a hundred exceeds; zero where it was not measured
  record Sample(double value, double cpuSecondsPerGb, double p99) {}

  BenchResult {
    samples = List.copyOf(samples);
  }

  double median() {
    return values().median();
  }

  double least() {
    return values().least();
  }

  double most() {
    return values().most();
  }

  private Spread values() {
    return Spread.of(samples.stream().mapToDouble(Sample::value).toArray());
  }

  double p99() {
    return Spread.of(samples.stream().mapToDouble(Sample::p99).toArray()).median();
  }

  double cpuSecondsPerGb() {
    return Spread.of(samples.stream().mapToDouble(Sample::cpuSecondsPerGb).toArray()).median();
  }

  /// Returns how long one tensor takes at the median rate.
  Duration time() {
    return Duration.ofNanos(Math.round(bytes / Math.max(median(), 1e-9)));
  }

  /// Returns the part of the bytes on the wire that are not the tensor's.
  double overhead() {
    long frames = (bytes + FRAME_BYTES - 1) / FRAME_BYTES + 1;
    return (double) (frames * HEADER_BYTES) / bytes;
  }

  /// Returns the object that `--json` prints.
  Map<String, Object> json() {
    Map<String, Object> object =
        Json.object(
            "case",
            what.text(),
            "bytes",
            bytes,
            "side",
            side,
            "unit",
            what.unit(),
            "median",
            Spread.round(median()));
    object.put("min", Spread.round(least()));
    object.put("max", Spread.round(most()));
    object.put("runs", samples.size());
    if (what == BenchCase.ONE_WAY) {
      object.put("cpu_s_per_gb", Spread.round(cpuSecondsPerGb()));
    }
    if (what.isLatency()) {
      object.put("p50", Spread.round(median()));
      object.put("p99", Spread.round(p99()));
    }
    return object;
  }
}
