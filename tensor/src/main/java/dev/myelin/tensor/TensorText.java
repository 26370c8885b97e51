package dev.myelin.tensor;

import java.util.Locale;

/// The first and last elements of a tensor as text in brackets, in the manner of NumPy.
final class TensorText {
  private static final int EDGE = 3;
  private static final int MOST_LINES = 24;

  private final Tensor tensor;
  private final Shape shape;
  private final StringBuilder text = new StringBuilder();
  private int lines;

  private TensorText(Tensor tensor) {
    this.tensor = tensor;
    this.shape = tensor.shape();
  }

  static String of(Tensor tensor) {
    TensorText text = new TensorText(tensor);
    text.append(0, 0);
    return text.text.toString();
  }

  static String number(double value) {
    if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      return String.valueOf((long) value);
    }
    if (!Double.isFinite(value)) {
      return String.valueOf(value);
    }
    double size = Math.abs(value);
    String form = size >= 1e-4 && size < 1e6 ? "%.4f" : "%.4e";
    return String.format(Locale.ROOT, form, value);
  }

  private void append(int axis, long first) {
    if (axis == shape.rank()) {
      text.append(element(first));
      return;
    }
    long extent = shape.dim(axis);
    boolean gap = extent > 2 * EDGE;
    text.append('[');
    for (long i = 0; i < extent && lines < MOST_LINES; i++) {
      if (i > 0) {
        separate(axis);
      }
      if (gap && i == EDGE) {
        text.append("...");
        i = extent - EDGE - 1;
      } else {
        append(axis + 1, first * extent + i);
      }
    }
    text.append(']');
  }

  private void separate(int axis) {
    if (axis == shape.rank() - 1) {
      text.append(' ');
      return;
    }
    lines++;
    text.append('\n').append(" ".repeat(axis + 1));
    if (lines == MOST_LINES) {
      text.append("...");
    }
  }

  private String element(long index) {
    return switch (tensor.dtype()) {
      case BOOL -> tensor.longAt(index) == 0 ? "false" : "true";
      case U64 -> Long.toUnsignedString(tensor.longAt(index));
      case I64, I32, I16, I8, U32, U16, U8 -> Long.toString(tensor.longAt(index));
      default -> number(tensor.doubleAt(index));
    };
  }
}
