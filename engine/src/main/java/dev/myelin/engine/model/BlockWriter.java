package dev.myelin.engine.model;

import static dev.myelin.engine.model.BlockReader.FLOAT;
import static dev.myelin.engine.model.BlockReader.STAGE;

import dev.myelin.engine.WeightType;
import dev.myelin.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/// Rounds numbers to the blocks of a weight.
///
/// F16, BF16, Q8_0, Q4_0 and Q4_1 come to the same bytes as with ggml, the first three as tensors
/// are converted. The others have a choice of scales, and take those with the least square error of
/// some.
final class BlockWriter {
  static final int PART = 32;

  private static final int HALF = 16;
  private static final int WIDE = 256;

  private final ByteBuffer out;

  /// @param out little-endian
  BlockWriter(ByteBuffer out) {
    this.out = out;
  }

  /// Appends the blocks of the first numbers, which are whole blocks.
  void write(WeightType type, float[] numbers, int count) {
    DType same = type == WeightType.Q4_0 ? null : BlockReader.sameType(type);
    if (same != null) {
      writeAs(same, numbers, type, count);
      return;
    }
    for (int at = 0; at < count; at += type.elementsPerBlock()) {
      switch (type) {
        case Q4_0 -> q4(numbers, at);
        case Q4_1 -> q41(numbers, at);
        case Q4_K -> new OffsetBlock(numbers, at, 15).writeFour(out);
        case Q5_K -> new OffsetBlock(numbers, at, 31).writeFive(out);
        case Q6_K -> q6k(numbers, at);
        case F32, F16, BF16, Q8_0 -> throw new IllegalStateException(type + ": written before");
      }
    }
  }

  private void writeAs(DType same, float[] numbers, WeightType type, int count) {
    MemorySegment little = MemorySegment.ofArray(new byte[Float.BYTES * Math.min(count, STAGE)]);
    for (int at = 0; at < count; at += STAGE) {
      int some = Math.min(STAGE, count - at);
      MemorySegment.copy(numbers, at, little, FLOAT, 0, some);
      MemorySegment blocks = MemorySegment.ofBuffer(out);
      dev.myelin.tensor.Conversion.convert(DType.F32, little, same, blocks, some);
      out.position(out.position() + (int) type.bytesFor(some));
    }
  }

  private void q4(float[] numbers, int at) {
    float most = numbers[at];
    for (int i = at; i < at + PART; i++) {
      most = Math.abs(numbers[i]) > Math.abs(most) ? numbers[i] : most;
    }
    float scale = most / -8;
    float inverse = inverse(scale);
    out.putShort(Float.floatToFloat16(scale));
    for (int i = at; i < at + HALF; i++) {
      int low = within((int) (numbers[i] * inverse + 8.5f), 15);
      out.put((byte) (low | (within((int) (numbers[i + HALF] * inverse + 8.5f), 15) << 4)));
    }
  }

  private void q41(float[] numbers, int at) {
    float least = numbers[at];
    float most = numbers[at];
    for (int i = at; i < at + PART; i++) {
      least = Math.min(least, numbers[i]);
      most = Math.max(most, numbers[i]);
    }
    float scale = (most - least) / 15;
    float inverse = inverse(scale);
    out.putShort(Float.floatToFloat16(scale));
    out.putShort(Float.floatToFloat16(least));
    for (int i = at; i < at + HALF; i++) {
      int low = within((int) ((numbers[i] - least) * inverse + 0.5f), 15);
      int high = within((int) ((numbers[i + HALF] - least) * inverse + 0.5f), 15);
      out.put((byte) (low | (high << 4)));
    }
  }

  private void q6k(float[] numbers, int at) {
    float[] scales = new float[WIDE / HALF];
    float largest = 0;
    for (int part = 0; part < scales.length; part++) {
      scales[part] = bestScale(numbers, at + HALF * part);
      largest = Math.abs(scales[part]) > Math.abs(largest) ? scales[part] : largest;
    }
    float unit = Float.float16ToFloat(Float.floatToFloat16(largest / -128));
    byte[] rounded = new byte[scales.length];
    byte[] quants = new byte[WIDE];
    for (int i = 0; i < WIDE; i++) {
      int part = i / HALF;
      rounded[part] = (byte) Math.clamp(Math.round(scales[part] * inverse(unit)), -128, 127);
      float inverse = inverse(unit * rounded[part]);
      quants[i] = (byte) (Math.clamp(Math.round(numbers[at + i] * inverse), -32, 31) + 32);
    }
    for (int i = 0; i < 128; i++) {
      int from = 128 * (i / 64) + i % 64;
      out.put((byte) ((quants[from] & 15) | ((quants[from + 64] & 15) << 4)));
    }
    for (int i = 0; i < 64; i++) {
      int from = 128 * (i / PART) + i % PART;
      int low = (quants[from] >> 4) | ((quants[from + PART] >> 4) << 2);
      out.put((byte) (low | ((quants[from + 64] >> 4) << 4) | ((quants[from + 96] >> 4) << 6)));
    }
    out.put(rounded);
    out.putShort(Float.floatToFloat16(unit));
  }

  // Tries to let the largest number stand at several places near the end of the scale, and weighs
  // errors of large numbers more.
  private static float bestScale(float[] numbers, int at) {
    float most = 0;
    for (int i = at; i < at + HALF; i++) {
      most = Math.abs(numbers[i]) > Math.abs(most) ? numbers[i] : most;
    }
    float best = 0;
    float bestGain = 0;
    for (int step = -9; step <= 9 && most != 0; step++) {
      float inverse = -(32 + 0.1f * step) / most;
      float product = 0;
      float square = 0;
      for (int i = at; i < at + HALF; i++) {
        int quant = Math.clamp(Math.round(numbers[i] * inverse), -32, 31);
        float weight = numbers[i] * numbers[i];
        product += weight * numbers[i] * quant;
        square += weight * quant * quant;
      }
      if (square > 0 && product * product > bestGain * square) {
        best = product / square;
        bestGain = product * product / square;
      }
    }
    return best;
  }

  static float inverse(float scale) {
    return scale == 0 ? 0 : 1 / scale;
  }

  static int within(int quant, int most) {
    return Math.clamp(quant, 0, most);
  }
}
