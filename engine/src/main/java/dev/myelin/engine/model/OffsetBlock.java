package dev.myelin.engine.model;

import static dev.myelin.engine.model.BlockWriter.PART;
import static dev.myelin.engine.model.BlockWriter.inverse;
import static dev.myelin.engine.model.BlockWriter.within;

import java.nio.ByteBuffer;

/// A block of 256 numbers in eight parts, each with a scale and a least value of six bits.
final class OffsetBlock {
  private static final int PARTS = 8;
  private static final int ROUNDS = 4;
  private static final int SIX_BITS = 63;

  private final float[] scales = new float[PARTS];
  private final float[] depths = new float[PARTS];
  private final int[] roundScales = new int[PARTS];
  private final int[] roundDepths = new int[PARTS];
  private final int[] quants = new int[PARTS * PART];
  private final short unit;
  private final short depthUnit;
  private final int most;

  /// @param most the largest quant
  OffsetBlock(float[] numbers, int at, int most) {
    this.most = most;
    for (int part = 0; part < PARTS; part++) {
      fit(numbers, at + PART * part, part);
    }
    this.unit = unit(scales);
    this.depthUnit = unit(depths);
    float scaleUnit = Float.float16ToFloat(unit);
    float leastUnit = Float.float16ToFloat(depthUnit);
    for (int part = 0; part < PARTS; part++) {
      roundScales[part] = within(Math.round(scales[part] * inverse(scaleUnit)), SIX_BITS);
      roundDepths[part] = within(Math.round(depths[part] * inverse(leastUnit)), SIX_BITS);
      float inverse = inverse(scaleUnit * roundScales[part]);
      float depth = leastUnit * roundDepths[part];
      for (int i = PART * part; i < PART * part + PART; i++) {
        quants[i] = within(Math.round((numbers[at + i] + depth) * inverse), most);
      }
    }
  }

  void writeFour(ByteBuffer out) {
    writeScales(out);
    writeLow(out);
  }

  void writeFive(ByteBuffer out) {
    writeScales(out);
    for (int i = 0; i < PART; i++) {
      int bits = 0;
      for (int part = 0; part < PARTS; part++) {
        bits |= (quants[PART * part + i] >> 4) << part;
      }
      out.put((byte) bits);
    }
    writeLow(out);
  }

  private static short unit(float[] values) {
    float largest = 0;
    for (float each : values) {
      largest = Math.max(largest, each);
    }
    return Float.floatToFloat16(largest / SIX_BITS);
  }

  // The line through quants and numbers, and the quants of that line, in turns.
  private void fit(float[] numbers, int at, int part) {
    float least = 0;
    float largest = numbers[at];
    for (int i = at; i < at + PART; i++) {
      least = Math.min(least, numbers[i]);
      largest = Math.max(largest, numbers[i]);
    }
    float scale = (largest - least) / most;
    float depth = -least;
    float error = Float.POSITIVE_INFINITY;
    for (int round = 0; round < ROUNDS && scale > 0; round++) {
      float found = error(numbers, at, scale, depth);
      if (found < error) {
        error = found;
        scales[part] = scale;
        depths[part] = depth;
      }
      float[] line = line(numbers, at, scale, depth);
      scale = line[0];
      depth = Math.max(0, -line[1]);
    }
    if (error == Float.POSITIVE_INFINITY) {
      depths[part] = depth;
    }
  }

  private float error(float[] numbers, int at, float scale, float depth) {
    float sum = 0;
    for (int i = at; i < at + PART; i++) {
      float wrong = scale * quant(numbers[i], scale, depth) - depth - numbers[i];
      sum += wrong * wrong;
    }
    return sum;
  }

  private float[] line(float[] numbers, int at, float scale, float depth) {
    float sum = 0;
    float squares = 0;
    float total = 0;
    float products = 0;
    for (int i = at; i < at + PART; i++) {
      int quant = quant(numbers[i], scale, depth);
      sum += quant;
      squares += quant * quant;
      total += numbers[i];
      products += quant * numbers[i];
    }
    float spread = PART * squares - sum * sum;
    float slope = spread == 0 ? 0 : (PART * products - sum * total) / spread;
    return new float[] {slope, (total - slope * sum) / PART};
  }

  private int quant(float number, float scale, float depth) {
    return within(Math.round((number + depth) / scale), most);
  }

  private void writeScales(ByteBuffer out) {
    out.putShort(unit).putShort(depthUnit);
    for (int i = 0; i < 4; i++) {
      out.put((byte) (roundScales[i] | ((roundScales[i + 4] >> 4) << 6)));
    }
    for (int i = 0; i < 4; i++) {
      out.put((byte) (roundDepths[i] | ((roundDepths[i + 4] >> 4) << 6)));
    }
    for (int i = 4; i < PARTS; i++) {
      out.put((byte) ((roundScales[i] & 15) | ((roundDepths[i] & 15) << 4)));
    }
  }

  // The low halves of 32 bytes are one part, the high halves the next.
  private void writeLow(ByteBuffer out) {
    for (int part = 0; part < PARTS; part += 2) {
      for (int i = 0; i < PART; i++) {
        int low = quants[PART * part + i] & 15;
        out.put((byte) (low | ((quants[PART * part + PART + i] & 15) << 4)));
      }
    }
  }
}
