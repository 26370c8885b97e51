package dev.myelin.bench.endtoend;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Where a value stands on an axis.
///
/// @param from the value at the start, and `to` at the end; powers of ten where it is logarithmic
/// @param start the place of the first value in the drawing, and `end` of the last
record Scale(boolean isLogarithmic, double from, double to, double start, double end) {
  /// Returns an axis from zero.
  static Scale linear(double most, double start, double end) {
    return new Scale(false, 0, most <= 0 || Double.isNaN(most) ? 1 : most * 1.02, start, end);
  }

  /// Returns an axis whose ticks are powers of ten.
  static Scale logarithmic(double least, double most, double start, double end) {
    double low = Math.floor(Math.log10(Math.max(least, 1e-6)));
    double high = Math.log10(Math.max(most, 1e-6)) + 0.02;
    return new Scale(true, low, Math.max(high, low + 0.5), start, end);
  }

  double at(double value) {
    double position = isLogarithmic ? Math.log10(Math.max(value, 1e-9)) : value;
    double part = Math.clamp((position - from) / (to - from), 0, 1);
    return start + part * (end - start);
  }

  List<Double> ticks() {
    List<Double> ticks = new ArrayList<>();
    if (isLogarithmic) {
      for (double power = Math.ceil(from); power <= to; power++) {
        ticks.add(Math.pow(10, power));
      }
      return ticks;
    }
    double step = Math.pow(10, Math.floor(Math.log10(to / 2)));
    for (double factor : new double[] {1, 2, 5}) {
      if (to / (step * factor) <= 7) {
        step *= factor;
        break;
      }
    }
    for (double tick = 0; tick <= to; tick += step) {
      ticks.add(tick);
    }
    return ticks;
  }

  /// Returns a tick for people.
  static String text(double tick) {
    if (tick >= 1000) {
      return String.format(Locale.ROOT, "%,.0f", tick);
    }
    String text = String.format(Locale.ROOT, "%.4f", tick);
    return text.replaceAll("0+$", "").replaceAll("\\.$", "");
  }
}
