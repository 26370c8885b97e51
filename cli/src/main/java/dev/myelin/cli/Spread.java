package dev.myelin.cli;

import java.util.Arrays;
import java.util.Collection;

/// The middle of some figures, and their ends; zeros of none.
record Spread(double least, double median, double most) {
  static Spread of(double... figures) {
    if (figures.length == 0) {
      return new Spread(0, 0, 0);
    }
    double[] sorted = figures.clone();
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    double median = sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    return new Spread(sorted[0], median, sorted[sorted.length - 1]);
  }

  /// Returns a figure as `--json` prints it, to three digits after the point.
  static double round(double figure) {
    return Math.round(figure * 1_000) / 1_000.0;
  }

  static Spread of(Collection<Double> figures) {
    return of(figures.stream().mapToDouble(Double::doubleValue).toArray());
  }
}
