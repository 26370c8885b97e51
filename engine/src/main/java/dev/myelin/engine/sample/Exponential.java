package dev.myelin.engine.sample;

/// The exponential function, the same bits on every machine.
///
/// A power of two times a number of a table times the first terms of the series. Only additions and
/// multiplications are used, which round alike everywhere; those of the library may not.
final class Exponential {
  // Below it the result is less than anything that is added to it.
  private static final double LEAST = -700;
  private static final int PARTS = 64;
  private static final double PARTS_PER_LN_2 = 1.4426950408889634 * PARTS;
  private static final double PART = 0.6931471805599453 / PARTS;
  // Adding and taking it off rounds to a whole number.
  private static final double ROUND = 0x1.8p52;
  private static final double[] POWERS = new double[PARTS];

  static {
    for (int i = 0; i < PARTS; i++) {
      POWERS[i] = StrictMath.pow(2, (double) i / PARTS);
    }
  }

  private Exponential() {}

  /// Returns e to the power of a number that is not above 0, to within 1e-10 of itself; 0 where
  /// that is less than 1e-304. The number must not be NaN.
  static double of(double x) {
    if (x < LEAST) {
      return 0;
    }
    double parts = x * PARTS_PER_LN_2 + ROUND - ROUND;
    double rest = x - parts * PART;
    double series = 1 + rest * (1 + rest * (0.5 + rest * (1.0 / 6)));
    int whole = (int) parts;
    double power = Double.longBitsToDouble((long) ((whole >> 6) + 1023) << 52);
    return POWERS[whole & PARTS - 1] * power * series;
  }
}
