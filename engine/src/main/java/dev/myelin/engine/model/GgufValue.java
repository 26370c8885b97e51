package dev.myelin.engine.model;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The types of metadata in a GGUF file, in the order of their numbers.
enum GgufValue {
  UINT8(1),
  INT8(1),
  UINT16(2),
  INT16(2),
  UINT32(4),
  INT32(4),
  FLOAT32(4),
  BOOL(1),
  STRING(8),
  LIST(12),
  UINT64(8),
  INT64(8),
  FLOAT64(8);

  static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final GgufValue[] BY_NUMBER = values();

  private final int bytes;

  GgufValue(int bytes) {
    this.bytes = bytes;
  }

  /// Returns how many bytes a value takes; of a text and a list, the least.
  int bytes() {
    return bytes;
  }

  /// Returns whether there is a type of that number.
  static boolean isKnown(int number) {
    return number >= 0 && number < BY_NUMBER.length;
  }

  @SuppressWarnings("EnumOrdinal") // The order is that of the numbers, as the class says.
  int number() {
    return ordinal();
  }

  static GgufValue of(int number) {
    return BY_NUMBER[number];
  }

  /// Returns the value at that place as a `Long`, a `Double` or a `Boolean`.
  Object read(MemorySegment file, long at) {
    return switch (this) {
      case UINT8 -> (long) Byte.toUnsignedInt(file.get(BYTE, at));
      case INT8 -> (long) file.get(BYTE, at);
      case UINT16 -> (long) Short.toUnsignedInt(file.get(SHORT, at));
      case INT16 -> (long) file.get(SHORT, at);
      case UINT32 -> Integer.toUnsignedLong(file.get(INT, at));
      case INT32 -> (long) file.get(INT, at);
      case FLOAT32 -> (double) Float.intBitsToFloat(file.get(INT, at));
      case BOOL -> file.get(BYTE, at) != 0;
      case UINT64, INT64 -> file.get(LONG, at);
      case FLOAT64 -> Double.longBitsToDouble(file.get(LONG, at));
      case STRING, LIST -> throw new IllegalStateException("no single value: " + this);
    };
  }
}
