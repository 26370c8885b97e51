package dev.myelin.wire.pack;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Puts the first bytes of all elements together, then the second ones, and so on: the bytes of an
/// exponent resemble each other far more than those of one number.
///
/// What is left behind the last whole element stays where it is.
final class Shuffle {
  // As in Conversion: by way of arrays that stay in the nearest cache, of whose loops the compiler
  // makes vector code, and which are bearable before it has.
  private static final int STAGE = 1024;

  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Shuffle() {}

  /// Returns whether elements of that many bytes can be taken apart.
  static boolean knows(int elementBytes) {
    return elementBytes == 1 || elementBytes == 2 || elementBytes == 4 || elementBytes == 8;
  }

  /// Takes `length` bytes of `from` at `at` apart, to the start of `to`.
  static void apart(int elementBytes, MemorySegment from, long at, MemorySegment to, int length) {
    int count = length / elementBytes;
    switch (elementBytes) {
      case 2 -> apart2(from, at, to, count);
      case 4 -> apart4(from, at, to, count);
      case 8 -> apart8(from, at, to, count);
      default -> count = 0;
    }
    long done = (long) count * elementBytes;
    MemorySegment.copy(from, at + done, to, done, length - done);
  }

  /// Puts `length` bytes of `from` together again, to `at` of `to`.
  static void together(
      int elementBytes, MemorySegment from, MemorySegment to, long at, int length) {
    int count = length / elementBytes;
    switch (elementBytes) {
      case 2 -> together2(from, to, at, count);
      case 4 -> together4(from, to, at, count);
      case 8 -> together8(from, to, at, count);
      default -> count = 0;
    }
    long done = (long) count * elementBytes;
    MemorySegment.copy(from, done, to, at + done, length - done);
  }

  private static void apart2(MemorySegment from, long at, MemorySegment to, int count) {
    short[] elements = new short[STAGE];
    byte[] plane = new byte[STAGE];
    for (int start = 0; start < count; start += STAGE) {
      int part = Math.min(STAGE, count - start);
      MemorySegment.copy(from, SHORT, at + 2L * start, elements, 0, part);
      for (int k = 0; k < 2; k++) {
        for (int i = 0; i < part; i++) {
          plane[i] = (byte) (elements[i] >>> (8 * k));
        }
        MemorySegment.copy(plane, 0, to, BYTE, (long) k * count + start, part);
      }
    }
  }

  private static void apart4(MemorySegment from, long at, MemorySegment to, int count) {
    int[] elements = new int[STAGE];
    byte[] plane = new byte[STAGE];
    for (int start = 0; start < count; start += STAGE) {
      int part = Math.min(STAGE, count - start);
      MemorySegment.copy(from, INT, at + 4L * start, elements, 0, part);
      for (int k = 0; k < 4; k++) {
        for (int i = 0; i < part; i++) {
          plane[i] = (byte) (elements[i] >>> (8 * k));
        }
        MemorySegment.copy(plane, 0, to, BYTE, (long) k * count + start, part);
      }
    }
  }

  private static void apart8(MemorySegment from, long at, MemorySegment to, int count) {
    long[] elements = new long[STAGE];
    byte[] plane = new byte[STAGE];
    for (int start = 0; start < count; start += STAGE) {
      int part = Math.min(STAGE, count - start);
      MemorySegment.copy(from, LONG, at + 8L * start, elements, 0, part);
      for (int k = 0; k < 8; k++) {
        for (int i = 0; i < part; i++) {
          plane[i] = (byte) (elements[i] >>> (8 * k));
        }
        MemorySegment.copy(plane, 0, to, BYTE, (long) k * count + start, part);
      }
    }
  }

  private static void together2(MemorySegment from, MemorySegment to, long at, int count) {
    short[] elements = new short[STAGE];
    byte[] low = new byte[STAGE];
    byte[] high = new byte[STAGE];
    for (int start = 0; start < count; start += STAGE) {
      int part = Math.min(STAGE, count - start);
      MemorySegment.copy(from, BYTE, start, low, 0, part);
      MemorySegment.copy(from, BYTE, (long) count + start, high, 0, part);
      for (int i = 0; i < part; i++) {
        elements[i] = (short) ((low[i] & 0xff) | high[i] << 8);
      }
      MemorySegment.copy(elements, 0, to, SHORT, at + 2L * start, part);
    }
  }

  private static void together4(MemorySegment from, MemorySegment to, long at, int count) {
    int[] elements = new int[STAGE];
    byte[] plane = new byte[STAGE];
    for (int start = 0; start < count; start += STAGE) {
      int part = Math.min(STAGE, count - start);
      Arrays.fill(elements, 0);
      for (int k = 0; k < 4; k++) {
        MemorySegment.copy(from, BYTE, (long) k * count + start, plane, 0, part);
        for (int i = 0; i < part; i++) {
          elements[i] |= (plane[i] & 0xff) << (8 * k);
        }
      }
      MemorySegment.copy(elements, 0, to, INT, at + 4L * start, part);
    }
  }

  private static void together8(MemorySegment from, MemorySegment to, long at, int count) {
    long[] elements = new long[STAGE];
    byte[] plane = new byte[STAGE];
    for (int start = 0; start < count; start += STAGE) {
      int part = Math.min(STAGE, count - start);
      Arrays.fill(elements, 0);
      for (int k = 0; k < 8; k++) {
        MemorySegment.copy(from, BYTE, (long) k * count + start, plane, 0, part);
        for (int i = 0; i < part; i++) {
          elements[i] |= (plane[i] & 0xffL) << (8 * k);
        }
      }
      MemorySegment.copy(elements, 0, to, LONG, at + 8L * start, part);
    }
  }
}
