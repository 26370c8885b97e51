package dev.myelin.engine.model;

import org.jspecify.annotations.Nullable;

/// How queries and keys are turned by their position.
///
/// Each pair of elements turns by position times its frequency; frequencies fall from one towards
/// `1 / base`, and may be changed so that a model holds for longer texts than it was trained on.
public final class Rotation {
  /// A change of frequencies.
  public sealed interface Scaling {
    /// No change.
    record None() implements Scaling {}

    /// All are divided by a factor.
    record Linear(double factor) implements Scaling {}

    /// Low ones are divided by a factor, high ones not, and those between by something between.
    ///
    /// @param low a wave that fits fewer times than this into the original context is low
    /// @param high a wave that fits more often than this is high
    record Banded(double factor, double low, double high, double original) implements Scaling {}

    /// Each is divided by a factor of its own.
    final class Listed implements Scaling {
      private final double[] factors;
      private final double @Nullable [] longFactors;
      private final int original;

      /// @param longFactors those for contexts beyond `original`, if they differ
      Listed(double[] factors, double @Nullable [] longFactors, int original) {
        this.factors = factors.clone();
        this.longFactors = longFactors == null ? null : longFactors.clone();
        this.original = original;
      }

      double factor(int pair, int context) {
        return longFactors != null && context > original ? longFactors[pair] : factors[pair];
      }

      double[] factors() {
        return factors.clone();
      }

      double[] longFactors() {
        return longFactors == null ? factors() : longFactors.clone();
      }

      int original() {
        return original;
      }

      boolean fits(int pairs) {
        return factors.length == pairs && (longFactors == null || longFactors.length == pairs);
      }
    }
  }

  private final double base;
  private final int width;
  private final Family.Pairing pairing;
  private final Scaling scaling;
  private final float magnitude;

  Rotation(double base, int width, Family.Pairing pairing, Scaling scaling, double magnitude) {
    this.base = base;
    this.width = width;
    this.pairing = pairing;
    this.scaling = scaling;
    this.magnitude = (float) magnitude;
  }

  /// Returns how many elements of a head are turned, the first ones.
  public int width() {
    return width;
  }

  double base() {
    return base;
  }

  Scaling scaling() {
    return scaling;
  }

  /// Returns which elements turn together.
  public Family.Pairing pairing() {
    return pairing;
  }

  /// Returns by what the turned elements are multiplied.
  public float magnitude() {
    return magnitude;
  }

  /// Returns the frequency of each pair, in radians per token, for sequences of at most `context`.
  public float[] frequencies(int context) {
    float[] found = new float[width / 2];
    for (int i = 0; i < found.length; i++) {
      double plain = 1 / Math.pow(base, 2.0 * i / width);
      found[i] = (float) scaled(plain, i, context);
    }
    return found;
  }

  private double scaled(double plain, int pair, int context) {
    return switch (scaling) {
      case Scaling.None _ -> plain;
      case Scaling.Linear(double factor) -> plain / factor;
      case Scaling.Listed listed -> plain / listed.factor(pair, context);
      case Scaling.Banded banded -> banded(plain, banded);
    };
  }

  private static double banded(double plain, Scaling.Banded band) {
    double waves = band.original() * plain / (2 * Math.PI);
    if (waves < band.low()) {
      return plain / band.factor();
    }
    if (waves > band.high()) {
      return plain;
    }
    double smooth = (waves - band.low()) / (band.high() - band.low());
    return (1 - smooth) * plain / band.factor() + smooth * plain;
  }
}
