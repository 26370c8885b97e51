package dev.myelin.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Single elements of plain types in little-endian memory.
final class Element {
  static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final double TWO_63 = 0x1p63;

  private Element() {}

  static double doubleAt(DType dtype, MemorySegment from, long index) {
    return switch (dtype) {
      case F64 -> from.get(DOUBLE, index * 8);
      case F32 -> from.get(FLOAT, index * 4);
      case F16 -> Float.float16ToFloat(from.get(SHORT, index * 2));
      case BF16 -> Conversion.bf16ToFloat(from.get(SHORT, index * 2));
      case U64 -> unsignedToDouble(from.get(LONG, index * 8));
      case I64, I32, I16, I8, U32, U16, U8, BOOL -> longAt(dtype, from, index);
      case Q8_0, Q4_0 -> throw packed(dtype);
    };
  }

  static long longAt(DType dtype, MemorySegment from, long index) {
    return switch (dtype) {
      case I64, U64 -> from.get(LONG, index * 8);
      case I32 -> from.get(INT, index * 4);
      case U32 -> Integer.toUnsignedLong(from.get(INT, index * 4));
      case I16 -> from.get(SHORT, index * 2);
      case U16 -> Short.toUnsignedLong(from.get(SHORT, index * 2));
      case I8 -> from.get(ValueLayout.JAVA_BYTE, index);
      case U8 -> Byte.toUnsignedLong(from.get(ValueLayout.JAVA_BYTE, index));
      case BOOL -> from.get(ValueLayout.JAVA_BYTE, index) == 0 ? 0 : 1;
      case F64, F32, F16, BF16 -> throw notWhole(dtype);
      case Q8_0, Q4_0 -> throw packed(dtype);
    };
  }

  static void set(DType dtype, MemorySegment to, long index, double value) {
    switch (dtype) {
      case F64 -> to.set(DOUBLE, index * 8, value);
      case F32 -> to.set(FLOAT, index * 4, (float) value);
      case F16 -> to.set(SHORT, index * 2, Float.floatToFloat16((float) value));
      case BF16 -> to.set(SHORT, index * 2, Conversion.floatToBf16((float) value));
      case U64 -> to.set(LONG, index * 8, doubleToUnsigned(value));
      case BOOL -> to.set(ValueLayout.JAVA_BYTE, index, (byte) (value == 0 ? 0 : 1));
      case I64, I32, I16, I8, U32, U16, U8 -> set(dtype, to, index, clamped(dtype, value));
      case Q8_0, Q4_0 -> throw packed(dtype);
    }
  }

  static void set(DType dtype, MemorySegment to, long index, long value) {
    switch (dtype) {
      case I64, U64 -> to.set(LONG, index * 8, value);
      case I32, U32 -> to.set(INT, index * 4, (int) value);
      case I16, U16 -> to.set(SHORT, index * 2, (short) value);
      case I8, U8 -> to.set(ValueLayout.JAVA_BYTE, index, (byte) value);
      case BOOL -> to.set(ValueLayout.JAVA_BYTE, index, (byte) (value == 0 ? 0 : 1));
      case F64, F32, F16, BF16 -> set(dtype, to, index, (double) value);
      case Q8_0, Q4_0 -> throw packed(dtype);
    }
  }

  static double unsignedToDouble(long bits) {
    // Halving keeps the lowest bit sticky, so that doubling rounds once.
    return bits >= 0 ? bits : ((bits >>> 1) | (bits & 1)) * 2.0;
  }

  private static long doubleToUnsigned(double value) {
    double rounded = Math.rint(value);
    if (rounded >= 2 * TWO_63) {
      return -1L;
    }
    return rounded >= TWO_63
        ? (long) (rounded - TWO_63) + Long.MIN_VALUE
        : (long) Math.max(rounded, 0);
  }

  private static long clamped(DType dtype, double value) {
    int bits = dtype.bytesPerBlock() * Byte.SIZE;
    long rounded = (long) Math.rint(value);
    return switch (dtype) {
      case U32, U16, U8 -> Math.clamp(rounded, 0, (1L << bits) - 1);
      case I32, I16, I8 -> Math.clamp(rounded, -(1L << (bits - 1)), (1L << (bits - 1)) - 1);
      default -> rounded;
    };
  }

  private static IllegalArgumentException packed(DType dtype) {
    return new IllegalArgumentException(
        "dtype: " + dtype + " (expected: a plain type; dequantise with Conversion.convert)");
  }

  private static IllegalArgumentException notWhole(DType dtype) {
    return new IllegalArgumentException("dtype: " + dtype + " (expected: whole numbers)");
  }
}
