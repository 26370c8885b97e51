package dev.myelin.cli;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What the rounds of one side came to, in tokens a second.
///
/// @param rates one for each round
/// @param ratios to the other side, round by round; none without another, or of the other
/// @param reach how near to what the machine can do
/// @param allocated bytes for each token; negative where nobody counts
record PaceResult(
    Of of, String side, List<Double> rates, List<Double> ratios, Reach reach, double allocated) {
  /// What was measured.
  ///
  /// @param tokens of a pass
  record Of(BenchCase what, int tokens) {}

  /// How near something is to what the machine can do.
  ///
  /// @param rate bytes or operations in a second
  /// @param most the highest that the machine showed
  record Reach(double rate, double most) {
    double share() {
      return rate / most;
    }
  }

  static final List<String> HEADINGS =
      List.of(
          "TOKENS",
          "SIDE",
          "MEDIAN",
          "MIN..MAX",
          "RATIO",
          "MIN..MAX",
          "REACHES",
          "ALLOCATED",
          "RUNS");

  PaceResult {
    rates = List.copyOf(rates);
    ratios = List.copyOf(ratios);
  }

  List<String> row() {
    Spread rate = Spread.of(rates);
    Spread ratio = Spread.of(ratios);
    return List.of(
        Integer.toString(of.tokens),
        side,
        figure(rate.median()) + " tokens/s",
        figure(rate.least()) + ".." + figure(rate.most()),
        ratios.isEmpty() ? "" : figure(ratio.median()),
        ratios.isEmpty() ? "" : figure(ratio.least()) + ".." + figure(ratio.most()),
        reached(),
        allocated < 0 ? "" : Words.bytes(Math.round(allocated)) + "/token",
        Integer.toString(rates.size()));
  }

  /// Returns the object that `--json` prints.
  Map<String, Object> json() {
    Spread rate = Spread.of(rates);
    Map<String, Object> object =
        Json.object(
            "case", of.what.text(), "tokens", of.tokens, "side", side, "unit", of.what.unit());
    object.put("median", Spread.round(rate.median()));
    object.put("min", Spread.round(rate.least()));
    object.put("max", Spread.round(rate.most()));
    object.put("runs", rates.size());
    object.put("samples", rates.stream().map(Spread::round).toList());
    if (!ratios.isEmpty()) {
      Spread ratio = Spread.of(ratios);
      object.put("ratio", Spread.round(ratio.median()));
      object.put("ratio_min", Spread.round(ratio.least()));
      object.put("ratio_max", Spread.round(ratio.most()));
      object.put("ratios", ratios.stream().map(Spread::round).toList());
    }
    object.put(
        of.what == BenchCase.PREFILL ? "gflop_per_s" : "gb_per_s", Spread.round(reach.rate / 1e9));
    object.put("of_machine", Spread.round(reach.share()));
    if (allocated >= 0) {
      object.put("allocated_per_token", Math.round(allocated));
    }
    return object;
  }

  private String reached() {
    return String.format(
        Locale.ROOT,
        "%.1f %s, %.0f %% of %.1f",
        reach.rate / 1e9,
        of.what == BenchCase.PREFILL ? "GFLOP/s" : "GB/s",
        reach.share() * 100,
        reach.most / 1e9);
  }

  private static String figure(double value) {
    return String.format(
        Locale.ROOT, value >= 1_000 ? "%,.0f" : value >= 100 ? "%.1f" : "%.2f", value);
  }
}
