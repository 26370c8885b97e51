package dev.myelin.engine.template;

import dev.myelin.engine.template.TemplateFailure.Reason;

/// Numbers and signs between them.
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

  private static Object whole(String sign, long left, long right) {
    return switch (sign) {
      case "+" -> Math.addExact(left, right);
      case "-" -> Math.subtractExact(left, right);
      case "*" -> Math.multiplyExact(left, right);
      case "//" -> Math.floorDiv(left, right);
      case "%" -> Math.floorMod(left, right);
      default -> right < 0 ? Math.pow((double) left, (double) right) : power(left, right);
    };
  }

  private static Object power(long base, long exponent) {
    if (exponent > 1024) {
      throw new ArithmeticException("exponent " + exponent);
    }
    return Math.powExact(base, (int) exponent);
  }

  private static Object decimal(String sign, double left, double right) {
    if (right == 0 && !sign.equals("+") && !sign.equals("-") && !sign.equals("*")) {
      throw new ArithmeticException("division by zero");
    }
    return switch (sign) {
      case "+" -> left + right;
      case "-" -> left - right;
      case "*" -> left * right;
      case "/" -> left / right;
      case "//" -> Math.floor(left / right);
      case "%" -> left - Math.floor(left / right) * right;
      default -> Math.pow(left, right);
    };
  }
}
