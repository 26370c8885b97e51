package dev.myelin.tensor;

import static dev.myelin.tensor.Element.FLOAT;
import static dev.myelin.tensor.Element.INT;
import static dev.myelin.tensor.Element.SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The same numbers in another element type.
///
/// From F32 to F16, BF16 and Q8_0, and from F16, BF16, Q8_0 and Q4_0 to F32. Rounding is to the
/// nearest, ties to even; NaN stays NaN. Q8_0 scales each block by its largest value and rounds
/// ties away from zero, as ggml does.
public final class Conversion {
  // The loops over plain types run on arrays that stay in the nearest cache: of such loops the
  // compiler makes vector code, of loops over segments it does not, and the copies cost far less
  // than that is worth.
  private static final int STAGE = 2048;
  private static final int BLOCK = 32;
  private static final int SCALE_BYTES = 2;
  private static final float Q8_MAX = 127f;
  private static final int Q4_ZERO = 8;
  private static final int EXPONENT = 0x7f800000;
  private static final int MAGNITUDE = 0x7fffffff;
  private static final int QUIET = 0x40;

  private Conversion() {}

  /// Converts all elements into a tensor of equal extents; of equal type, copies them.
  ///
  /// @throws IllegalArgumentException if the extents differ or there is no such conversion
  public static void convert(Tensor from, Tensor to) {
    if (!from.shape().equals(to.shape())) {
      throw new IllegalArgumentException(
          "shape: " + to.shape() + " (expected: " + from.shape() + ")");
    }
    convert(from.dtype(), from.segment(), to.dtype(), to.segment(), from.shape().elements());
  }

  /// Converts the first `count` elements of one segment into the first of another; of equal type,
  /// copies them.
  ///
  /// @throws IllegalArgumentException if there is no such conversion
  /// @throws IndexOutOfBoundsException if one of the segments is too short
  public static void convert(
      DType from, MemorySegment source, DType to, MemorySegment target, long count) {
    if (from == to) {
      MemorySegment.copy(source, 0, target, 0, from.bytesFor(count));
    } else if (to == DType.F32) {
      toF32(from, source, target, count);
    } else if (from == DType.F32) {
      fromF32(to, source, target, count);
    } else {
      throw unsupported(from, to);
    }
  }

  /// Returns whether [#convert] knows the way from one type to the other.
  public static boolean isSupported(DType from, DType to) {
    return from == to
        || (to == DType.F32 && isReduced(from))
        || (from == DType.F32 && isReduced(to) && to != DType.Q4_0);
  }

  /// Returns the value of a bfloat16.
  public static float bf16ToFloat(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  /// Returns the nearest bfloat16, ties to even.
  public static short floatToBf16(float value) {
    return (short) bf16Bits(Float.floatToRawIntBits(value));
  }

  private static boolean isReduced(DType dtype) {
    return switch (dtype) {
      case F16, BF16, Q8_0, Q4_0 -> true;
      default -> false;
    };
  }

  private static void toF32(DType from, MemorySegment source, MemorySegment target, long count) {
    switch (from) {
      case F16 -> f16ToF32(source, target, count);
      case BF16 -> bf16ToF32(source, target, count);
      case Q8_0 -> q8ToF32(source, target, count);
      case Q4_0 -> q4ToF32(source, target, count);
      default -> throw unsupported(from, DType.F32);
    }
  }

  private static void fromF32(DType to, MemorySegment source, MemorySegment target, long count) {
    switch (to) {
      case F16 -> f32ToF16(source, target, count);
      case BF16 -> f32ToBf16(source, target, count);
      case Q8_0 -> f32ToQ8(source, target, count);
      default -> throw unsupported(DType.F32, to);
    }
  }

  private static void f16ToF32(MemorySegment from, MemorySegment to, long count) {
    short[] halves = new short[STAGE];
    float[] floats = new float[STAGE];
    for (long start = 0; start < count; start += STAGE) {
      int part = (int) Math.min(STAGE, count - start);
      MemorySegment.copy(from, SHORT, start * 2, halves, 0, part);
      for (int i = 0; i < part; i++) {
        floats[i] = Float.float16ToFloat(halves[i]);
      }
      MemorySegment.copy(floats, 0, to, FLOAT, start * 4, part);
    }
  }

  private static void f32ToF16(MemorySegment from, MemorySegment to, long count) {
    float[] floats = new float[STAGE];
    short[] halves = new short[STAGE];
    for (long start = 0; start < count; start += STAGE) {
      int part = (int) Math.min(STAGE, count - start);
      MemorySegment.copy(from, FLOAT, start * 4, floats, 0, part);
      for (int i = 0; i < part; i++) {
        halves[i] = Float.floatToFloat16(floats[i]);
      }
      MemorySegment.copy(halves, 0, to, SHORT, start * 2, part);
    }
  }

  // Step by step, since widening a short to an int does not become vector code, but these do; the
  // way over float is exact for every short.
  private static void bf16ToF32(MemorySegment from, MemorySegment to, long count) {
    short[] halves = new short[STAGE];
    float[] wide = new float[STAGE];
    int[] bits = new int[STAGE];
    for (long start = 0; start < count; start += STAGE) {
      int part = (int) Math.min(STAGE, count - start);
      MemorySegment.copy(from, SHORT, start * 2, halves, 0, part);
      for (int i = 0; i < part; i++) {
        wide[i] = halves[i];
      }
      for (int i = 0; i < part; i++) {
        bits[i] = (int) wide[i];
      }
      for (int i = 0; i < part; i++) {
        bits[i] = bits[i] << 16;
      }
      MemorySegment.copy(bits, 0, to, INT, start * 4, part);
    }
  }

  // In two steps: rounding becomes vector code only when it stays within ints.
  private static void f32ToBf16(MemorySegment from, MemorySegment to, long count) {
    int[] bits = new int[STAGE];
    short[] halves = new short[STAGE];
    for (long start = 0; start < count; start += STAGE) {
      int part = (int) Math.min(STAGE, count - start);
      MemorySegment.copy(from, INT, start * 4, bits, 0, part);
      for (int i = 0; i < part; i++) {
        bits[i] = bf16Bits(bits[i]);
      }
      for (int i = 0; i < part; i++) {
        halves[i] = (short) bits[i];
      }
      MemorySegment.copy(halves, 0, to, SHORT, start * 2, part);
    }
  }

  // Without a branch: the mask is all ones for a NaN, which rounding could turn into an infinity.
  private static int bf16Bits(int bits) {
    int nan = (EXPONENT - (bits & MAGNITUDE)) >> 31;
    int rounded = (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
    int quiet = (bits >>> 16) | QUIET;
    return (rounded & ~nan) | (quiet & nan);
  }

  private static void q8ToF32(MemorySegment from, MemorySegment to, long count) {
    long blockBytes = DType.Q8_0.bytesPerBlock();
    for (long block = 0; block < count / BLOCK; block++) {
      long in = block * blockBytes;
      float scale = Float.float16ToFloat(from.get(SHORT, in));
      long out = block * BLOCK * 4;
      for (int i = 0; i < BLOCK; i++) {
        byte quant = from.get(ValueLayout.JAVA_BYTE, in + SCALE_BYTES + i);
        to.set(FLOAT, out + i * 4L, quant * scale);
      }
    }
  }

  // The low halves of the sixteen bytes are the first sixteen elements, the high halves the others.
  private static void q4ToF32(MemorySegment from, MemorySegment to, long count) {
    long blockBytes = DType.Q4_0.bytesPerBlock();
    int half = BLOCK / 2;
    for (long block = 0; block < count / BLOCK; block++) {
      long in = block * blockBytes;
      float scale = Float.float16ToFloat(from.get(SHORT, in));
      long out = block * BLOCK * 4;
      for (int i = 0; i < half; i++) {
        int pair = from.get(ValueLayout.JAVA_BYTE, in + SCALE_BYTES + i) & 0xff;
        to.set(FLOAT, out + i * 4L, ((pair & 0xf) - Q4_ZERO) * scale);
        to.set(FLOAT, out + (i + half) * 4L, ((pair >>> 4) - Q4_ZERO) * scale);
      }
    }
  }

  private static void f32ToQ8(MemorySegment from, MemorySegment to, long count) {
    long blockBytes = DType.Q8_0.bytesPerBlock();
    for (long block = 0; block < count / BLOCK; block++) {
      long in = block * BLOCK * 4;
      float largest = 0;
      for (int i = 0; i < BLOCK; i++) {
        largest = Math.max(largest, Math.abs(from.get(FLOAT, in + i * 4L)));
      }
      float scale = largest / Q8_MAX;
      float inverse = scale == 0 ? 0 : 1 / scale;
      long out = block * blockBytes;
      to.set(SHORT, out, Float.floatToFloat16(scale));
      for (int i = 0; i < BLOCK; i++) {
        float scaled = from.get(FLOAT, in + i * 4L) * inverse;
        to.set(ValueLayout.JAVA_BYTE, out + SCALE_BYTES + i, roundAwayFromZero(scaled));
      }
    }
  }

  private static byte roundAwayFromZero(float value) {
    // In double, since 0.49999997f + 0.5f is one.
    return (byte) (value + Math.copySign(0.5, value));
  }

  private static IllegalArgumentException unsupported(DType from, DType to) {
    return new IllegalArgumentException(
        ("conversion: " + from + " to " + to)
            + " (expected: F32 to or from F16, BF16, Q8_0, or from Q4_0)");
  }
}
