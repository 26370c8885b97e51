package dev.myelin.engine.template;

import dev.myelin.engine.template.TemplateFailure.Reason;

/// Numbers and signs between them, as Python has it; what Python cannot say in 64 bits, or not
/// without complex numbers, is refused.
final class Arithmetic {
  private Arithmetic() {}

  static Object of(String sign, Object left, Object right) {
    try {
      boolean whole = !(left instanceof Double) && !(right instanceof Double);
      return whole && !sign.equals("/")
          ? whole(sign, Values.whole(left), Values.whole(right))
          : decimal(sign, Values.number(left), Values.number(right));
    } catch (ArithmeticException e) {
      throw new TemplateFailure(
          Reason.VALUE, "'" + sign + "': " + e.getMessage() + " (expected: a number of 64 bits)");
    }
  }

  /// Returns the number without its sign.
  static Object absolute(Object value) {
    if (value instanceof Double number) {
      return Math.abs(number);
    }
    long whole = Values.whole(value);
    return whole < 0 ? of("-", 0L, whole) : whole;
  }

  private static Object whole(String sign, long left, long right) {
    return switch (sign) {
      case "+" -> Math.addExact(left, right);
      case "-" -> Math.subtractExact(left, right);
      case "*" -> Math.multiplyExact(left, right);
      case "//" -> Math.floorDivExact(left, right);
      case "%" -> Math.floorMod(left, right);
      default -> right < 0 ? (Object) power((double) left, (double) right) : power(left, right);
    };
  }

  private static long power(long base, long exponent) {
    if (base >= -1 && base <= 1) {
      return exponent == 0 || base == 1 ? 1 : base == 0 || exponent % 2 != 0 ? base : 1;
    }
    return Math.powExact(base, (int) Math.min(exponent, Long.SIZE));
  }

  private static Object decimal(String sign, double left, double right) {
    return switch (sign) {
      case "+" -> left + right;
      case "-" -> left - right;
      case "*" -> left * right;
      case "/" -> left / divisor(right);
      case "//" -> floor(left, divisor(right));
      case "%" -> rest(left, divisor(right));
      default -> power(left, right);
    };
  }

  private static double divisor(double number) {
    if (number == 0) {
      throw new ArithmeticException("division by zero");
    }
    return number;
  }

  // Of the sign of the divisor.
  private static double rest(double left, double right) {
    double rest = left % right;
    if (rest == 0) {
      return Math.copySign(0.0, right);
    }
    return rest < 0 == right < 0 ? rest : rest + right;
  }

  private static double floor(double left, double right) {
    double rest = left % right;
    double times = (left - rest) / right - (rest != 0 && rest < 0 != right < 0 ? 1 : 0);
    if (times == 0) {
      return Math.copySign(0.0, left / right);
    }
    double floor = Math.floor(times);
    return times - floor > 0.5 ? floor + 1 : floor;
  }

  private static double power(double base, double exponent) {
    if (base == 0 && exponent < 0) {
      throw new ArithmeticException("division by zero");
    }
    boolean finite = Double.isFinite(base) && Double.isFinite(exponent);
    // In Python, one to whatever is one.
    double power = base == 1 ? 1 : Math.pow(base, exponent);
    if (finite && !Double.isFinite(power)) {
      throw new ArithmeticException(Double.isNaN(power) ? "root of a negative number" : "overflow");
    }
    return power;
  }
}
