package dev.myelin.engine.kernel;

/// One vector of numbers as the products of every packing want it, made anew for each token.
///
/// Q8 takes coefficients that undo the borrowing of bytes. Q4 takes the numbers rounded to bytes,
/// by blocks of 32 with a scale each, in pairs of shorts that undo the overlapping of halves. What
/// zero stands for is multiplied with sums of sixteen.
public final class Column {
  static final int BLOCK = 32;
  static final int HALF_BLOCK = 16;
  static final float HALF_SCALE = 0x1p112f;

  private static final float ROUNDS = 12_582_912f;
  private static final int ZERO = 8;

  final float[] plain;
  final float[] bytes;
  final int[] shorts;
  final int[] starts;
  final float[] scales;
  final float[] sums;
  private final int[] rounded = new int[BLOCK + 1];

  /// Makes room for vectors of that many numbers at most.
  public Column(int most) {
    int whole = Math.ceilDiv(most, BLOCK) * BLOCK;
    this.plain = new float[whole];
    this.bytes = new float[whole];
    this.shorts = new int[whole / 2];
    this.starts = new int[whole / BLOCK];
    this.scales = new float[whole / BLOCK];
    this.sums = new float[whole / HALF_BLOCK];
  }

  /// Takes the numbers over, prepared for the packings of those matrices.
  public void set(float[] x, int from, int count, Packed... readers) {
    System.arraycopy(x, from, plain, 0, count);
    boolean q8 = false;
    boolean q4 = false;
    boolean offsets = false;
    for (Packed each : readers) {
      q8 |= each.packing == Packing.Q8 || each.packing == Packing.Q8_MIN;
      q4 |= each.packing == Packing.Q4 || each.packing == Packing.Q4_MIN;
      offsets |= each.packing == Packing.Q8_MIN || each.packing == Packing.Q4_MIN;
    }
    if (offsets) {
      setSums(count);
    }
    if (q8) {
      setBytes(count);
    }
    if (q4) {
      for (int b = 0; b < count / BLOCK; b++) {
        setShorts(b);
      }
    }
  }

  /// The number that stands for one of a block in a product with Q4.
  float rounded(int k) {
    return round(plain[k], k / BLOCK) * (scales[k / BLOCK] / HALF_SCALE);
  }

  private void setSums(int count) {
    for (int part = 0; part < count / HALF_BLOCK; part++) {
      float sum = 0;
      for (int k = part * HALF_BLOCK; k < (part + 1) * HALF_BLOCK; k++) {
        sum += plain[k];
      }
      sums[part] = sum;
    }
  }

  private void setBytes(int count) {
    for (int k = 0; k < count; k += 4) {
      float a = plain[k];
      float b = plain[k + 1];
      float c = plain[k + 2];
      float d = plain[k + 3];
      bytes[k] = a - b * 0x1p-8f;
      bytes[k + 1] = b - c * 0x1p-8f;
      bytes[k + 2] = c - d * 0x1p-8f;
      bytes[k + 3] = d;
    }
  }

  private void setShorts(int block) {
    float largest = 0;
    for (int i = 0; i < BLOCK; i++) {
      largest = Math.max(largest, Math.abs(plain[block * BLOCK + i]));
    }
    scales[block] = largest / 127 * HALF_SCALE;
    int sum = 0;
    for (int i = 0; i < BLOCK; i++) {
      rounded[i + 1] = round(plain[block * BLOCK + i], block);
      sum += rounded[i + 1];
    }
    starts[block] = (-ZERO * sum) & 0xffff;
    for (int word = 0; word < 4; word++) {
      for (int j = 0; j < 4; j++) {
        int e = 8 * word + j + 1;
        int low = rounded[e] - (j == 0 ? 0 : rounded[e - 1] << 4);
        int high = rounded[e + 4] - (rounded[e + 3] << 4);
        shorts[16 * block + 4 * word + j] = (low & 0xffff) | (high << 16);
      }
    }
  }

  private int round(float value, int block) {
    float scale = scales[block] / HALF_SCALE;
    float inverse = scale == 0 ? 0 : 1 / scale;
    // A sum so large has no room for a fraction: to the nearest, ties to even.
    return (int) (value * inverse + ROUNDS) - (int) ROUNDS;
  }
}
