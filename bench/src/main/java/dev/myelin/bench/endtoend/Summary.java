package dev.myelin.bench.endtoend;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/// The middle and the spread of each design in each case.
record Summary(Results results, Map<Case, List<Row>> rows) {
  /// One design in one case.
  ///
  /// @param micros p50, p90, p99, p99.9 and the longest of trips; after the case's own figures
  /// @param ratio the middle of the rounds' ratios to the case's base; NaN where that has no figure
  record Row(
      String design,
      Spread value,
      double ratio,
      double cpuPerGb,
      List<Double> micros,
      int rounds) {}

  /// The middle one of some figures, and their ends.
  record Spread(double least, double median, double most) {
    static Spread of(double... values) {
      if (values.length == 0) {
        return new Spread(Double.NaN, Double.NaN, Double.NaN);
      }
      double[] sorted = values.clone();
      Arrays.sort(sorted);
      int half = sorted.length / 2;
      double median = sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
      return new Spread(sorted[0], median, sorted[sorted.length - 1]);
    }
  }

  static Summary of(Results results) {
    Map<Case, List<Row>> rows = new LinkedHashMap<>();
    results.turns().stream()
        .map(turn -> Case.parse(turn.what()))
        .distinct()
        .sorted()
        .forEach(what -> rows.put(what, rows(results, what)));
    return new Summary(results, rows);
  }

  private static List<Row> rows(Results results, Case what) {
    Map<String, Map<Integer, Sample>> samples = new LinkedHashMap<>();
    results.designs().forEach(each -> samples.put(each.name(), new LinkedHashMap<>()));
    for (Results.Turn turn : results.turns()) {
      if (turn.what().equals(what.text())) {
        samples
            .computeIfAbsent(turn.design(), _ -> new LinkedHashMap<>())
            .put(turn.round(), turn.sample());
      }
    }
    Map<Integer, Sample> base = samples.getOrDefault(what.what().base(), Map.of());
    List<Row> rows = new ArrayList<>();
    samples.forEach(
        (design, rounds) -> {
          if (!rounds.isEmpty()) {
            rows.add(row(what, design, rounds, base));
          }
        });
    return rows;
  }

  private static Row row(
      Case what, String design, Map<Integer, Sample> rounds, Map<Integer, Sample> base) {
    double[] ratios =
        rounds.entrySet().stream()
            .filter(each -> base.containsKey(each.getKey()))
            .mapToDouble(each -> each.getValue().value(what) / value(base, each.getKey(), what))
            .toArray();
    List<Sample> samples = List.copyOf(rounds.values());
    List<Double> micros = new ArrayList<>();
    for (int i = 0; i < parts(samples.getFirst()).size(); i++) {
      int part = i;
      micros.add(middle(samples, each -> parts(each).get(part)));
    }
    double cpu =
        middle(
            samples,
            each ->
                each.cpuSeconds() < 0
                    ? Double.NaN
                    : each.cpuSeconds() / (each.count() * (double) what.size() / 1e9));
    Spread value = Spread.of(samples.stream().mapToDouble(each -> each.value(what)).toArray());
    return new Row(design, value, Spread.of(ratios).median(), cpu, micros, samples.size());
  }

  private static List<Double> parts(Sample sample) {
    List<Double> parts = new ArrayList<>(sample.figures());
    parts.addAll(sample.micros());
    return parts;
  }

  private static double value(Map<Integer, Sample> base, int round, Case what) {
    Sample sample = base.get(round);
    return sample == null ? Double.NaN : sample.value(what);
  }

  private static double middle(List<Sample> samples, ToDoubleFunction<Sample> of) {
    return Spread.of(samples.stream().mapToDouble(of).toArray()).median();
  }
}
