package dev.myelin.engine.kernel;

/// The arithmetic as one would write it down, one number after the other.
public final class ScalarKernels implements Kernels {
  static final int USUAL_LANES = 8;

  private static final double ROOT_TWO_OVER_PI = Math.sqrt(2 / Math.PI);
  private static final double CUBE = 0.044715;

  private final int lanes;

  /// Makes kernels for groups of twice that many rows.
  public ScalarKernels(int lanes) {
    this.lanes = lanes;
  }

  @Override
  public int lanes() {
    return lanes;
  }

  @Override
  public void product(Packed w, Column x, float[] y, int fromGroup, int toGroup) {
    for (int row = fromGroup * w.group; row < toGroup * w.group; row++) {
      y[row] = product(w, x, row);
    }
  }

  private float product(Packed w, Column x, int row) {
    long start = w.offset(row / w.group);
    int block = w.packing.columns();
    double sum = 0;
    for (int k = 0; k < w.columns; k++) {
      long at = start + w.blockBytes() * (k / block);
      float number = w.element(at, row % w.group, k % block);
      sum +=
          switch (w.packing) {
            case Q4 -> (double) number * x.rounded(k);
            case Q4_MIN -> {
              double offset = w.offset(at, row % w.group);
              yield (number - offset) * x.rounded(k) + offset * x.plain[k];
            }
            case F32, F16, BF16, Q8, Q8_MIN -> (double) number * x.plain[k];
          };
    }
    return (float) sum;
  }

  @Override
  public void panel(Packed w, int group, int from, int count, float[] target) {
    int block = w.packing.columns();
    for (int k = 0; k < count; k++) {
      long at = w.offset(group) + w.blockBytes() * ((from + k) / block);
      for (int lane = 0; lane < w.group; lane++) {
        target[k * w.group + lane] = w.element(at, lane, (from + k) % block);
      }
    }
  }

  @Override
  public void tile(
      float[] w, int wo, float[] x, int xo, int count, float[] y, int yo, int stride, boolean add) {
    int group = 2 * lanes;
    for (int t = 0; t < TILE; t++) {
      for (int row = 0; row < group; row++) {
        float sum = add ? y[yo + t * stride + row] : 0;
        for (int k = 0; k < count; k++) {
          sum = Math.fma(w[wo + k * group + row], x[xo + k * TILE + t], sum);
        }
        y[yo + t * stride + row] = sum;
      }
    }
  }

  @Override
  public void norm(float[] x, int xo, float[] weight, float[] y, int yo, float epsilon) {
    double sum = 0;
    for (int i = 0; i < weight.length; i++) {
      sum += (double) x[xo + i] * x[xo + i];
    }
    float factor = (float) (1 / Math.sqrt(sum / weight.length + epsilon));
    for (int i = 0; i < weight.length; i++) {
      y[yo + i] = x[xo + i] * factor * weight[i];
    }
  }

  @Override
  public void softmax(float[] x, int from, int length) {
    float largest = Float.NEGATIVE_INFINITY;
    for (int i = from; i < from + length; i++) {
      largest = Math.max(largest, x[i]);
    }
    double sum = 0;
    for (int i = from; i < from + length; i++) {
      x[i] = (float) Math.exp(x[i] - largest);
      sum += x[i];
    }
    for (int i = from; i < from + length; i++) {
      x[i] = (float) (x[i] / sum);
    }
  }

  @Override
  public void gate(boolean gaussian, float[] g, float[] u, int from, int to) {
    for (int i = from; i < to; i++) {
      g[i] = (gaussian ? gelu(g[i]) : silu(g[i])) * u[i];
    }
  }

  @Override
  public void add(float[] x, float[] y, int from, int to) {
    for (int i = from; i < to; i++) {
      x[i] += y[i];
    }
  }

  static float silu(float x) {
    return (float) (x / (1 + Math.exp(-x)));
  }

  static float gelu(float x) {
    double inner = ROOT_TWO_OVER_PI * (x + CUBE * x * x * x);
    return (float) (0.5 * x * (1 + Math.tanh(inner)));
  }
}
