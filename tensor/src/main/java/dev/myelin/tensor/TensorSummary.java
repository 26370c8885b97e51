package dev.myelin.tensor;

import java.util.Locale;

/// What a person wants to know of a tensor at a glance; [#toString] tells it in a few lines.
///
/// Of tensors with more than [#MOST] elements, evenly spaced ones are looked at, and the text says
/// so. Minimum, maximum, mean and deviation are over finite elements only; they are NaN if there is
/// none, and for block types, whose elements are not looked at.
public final class TensorSummary {
  /// How many elements are looked at, at most.
  public static final long MOST = 1L << 22;

  private final DType dtype;
  private final Shape shape;
  private final long byteSize;
  private final Statistics seen;
  private final String elements;

  private TensorSummary(Tensor tensor, Statistics seen, String elements) {
    this.dtype = tensor.dtype();
    this.shape = tensor.shape();
    this.byteSize = tensor.byteSize();
    this.seen = seen;
    this.elements = elements;
  }

  /// Returns the summary of a tensor.
  public static TensorSummary of(Tensor tensor) {
    Statistics seen = new Statistics();
    boolean plain = tensor.dtype().elementsPerBlock() == 1;
    long count = plain ? tensor.shape().elements() : 0;
    long step = Math.max(1, Math.ceilDiv(count, MOST));
    for (long i = 0; i < count; i += step) {
      seen.add(tensor.doubleAt(i));
    }
    return new TensorSummary(tensor, seen, plain ? TensorText.of(tensor) : "(packed)");
  }

  /// Returns the element type.
  public DType dtype() {
    return dtype;
  }

  /// Returns the extents.
  public Shape shape() {
    return shape;
  }

  /// Returns the size in bytes.
  public long byteSize() {
    return byteSize;
  }

  /// Returns how many elements were looked at.
  public long examined() {
    return seen.finite + seen.nans + seen.infinities;
  }

  /// Returns the least finite element.
  public double min() {
    return seen.finite == 0 ? Double.NaN : seen.min;
  }

  /// Returns the greatest finite element.
  public double max() {
    return seen.finite == 0 ? Double.NaN : seen.max;
  }

  /// Returns the mean of the finite elements.
  public double mean() {
    return seen.finite == 0 ? Double.NaN : seen.mean;
  }

  /// Returns the standard deviation of the finite elements.
  public double deviation() {
    return seen.finite == 0 ? Double.NaN : Math.sqrt(seen.squares / seen.finite);
  }

  /// Returns how many elements are not a number.
  public long nanCount() {
    return seen.nans;
  }

  /// Returns how many elements are infinite.
  public long infiniteCount() {
    return seen.infinities;
  }

  /// Returns the first and last elements as text in brackets.
  public String elements() {
    return elements;
  }

  /// Returns type, extents and size on one line, the figures on the next, then the elements.
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(dtype).append(shape).append("  ").append(bytesText(byteSize)).append('\n');
    if (examined() > 0) {
      text.append("min ").append(TensorText.number(min()));
      text.append("  max ").append(TensorText.number(max()));
      text.append("  mean ").append(TensorText.number(mean()));
      text.append("  std ").append(TensorText.number(deviation()));
      text.append("  NaN ").append(nanCount()).append("  Inf ").append(infiniteCount());
      if (examined() < shape.elements()) {
        text.append("  (of ").append(examined()).append(" sampled elements)");
      }
      text.append('\n');
    }
    return text.append(elements).toString();
  }

  private static String bytesText(long bytes) {
    String[] units = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double scaled = bytes;
    String unit = "bytes";
    for (int i = 0; i < units.length && scaled >= 1024; i++) {
      scaled /= 1024;
      unit = units[i];
    }
    return bytes < 1024
        ? bytes + " bytes"
        : String.format(Locale.ROOT, "%.1f %s (%,d bytes)", scaled, unit, bytes);
  }

  /// Running figures, by Welford's way, which does not lose small deviations of large means.
  private static final class Statistics {
    private double min = Double.POSITIVE_INFINITY;
    private double max = Double.NEGATIVE_INFINITY;
    private double mean;
    private double squares;
    private long finite;
    private long nans;
    private long infinities;

    void add(double value) {
      if (Double.isNaN(value)) {
        nans++;
      } else if (Double.isInfinite(value)) {
        infinities++;
      } else {
        finite++;
        min = Math.min(min, value);
        max = Math.max(max, value);
        double before = value - mean;
        mean += before / finite;
        squares += before * (value - mean);
      }
    }
  }
}
