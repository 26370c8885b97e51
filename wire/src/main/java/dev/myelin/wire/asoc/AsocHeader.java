package dev.myelin.wire.asoc;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The fixed header of every ASoc frame, read and written in place; all fields unsigned,
/// big-endian.
///
/// ```
///   0        1        2                                   6
///  +--------+--------+--------+--------+--------+--------+
///  |version |  type  |             stream id             |
///  +--------+--------+--------+--------+--------+--------+--------+--------+
///  |              sequence             |         payload length N          |
///  +--------+--------+--------+--------+--------+--------+--------+--------+
///   6                                   10                                  14
///  followed by N bytes of payload
/// ```
final class AsocHeader {
  static final int SIZE = 14;
  static final int VERSION = 1;

  static final int DATA = 1;
  static final int END = 2;
  static final int CONTROL = 3;
  static final int HELLO = 4;
  static final int ACCEPT = 5;

  static final ValueLayout.OfShort U16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  static final ValueLayout.OfInt U32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  static final ValueLayout.OfLong U64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private AsocHeader() {}

  static int version(MemorySegment header) {
    return Byte.toUnsignedInt(header.get(ValueLayout.JAVA_BYTE, 0));
  }

  static int type(MemorySegment header) {
    return Byte.toUnsignedInt(header.get(ValueLayout.JAVA_BYTE, 1));
  }

  static int stream(MemorySegment header) {
    return header.get(U32, 2);
  }

  static int sequence(MemorySegment header) {
    return header.get(U32, 6);
  }

  static long length(MemorySegment header) {
    return Integer.toUnsignedLong(header.get(U32, 10));
  }

  static void put(MemorySegment header, int type, int stream, int sequence, int length) {
    header.set(ValueLayout.JAVA_BYTE, 0, (byte) VERSION);
    header.set(ValueLayout.JAVA_BYTE, 1, (byte) type);
    header.set(U32, 2, stream);
    header.set(U32, 6, sequence);
    header.set(U32, 10, length);
  }

  /// Returns the name of a frame type; `UNKNOWN(n)` for those the protocol does not define.
  static String typeName(int type) {
    return switch (type) {
      case DATA -> "DATA";
      case END -> "END";
      case CONTROL -> "CONTROL";
      case HELLO -> "HELLO";
      case ACCEPT -> "ACCEPT";
      default -> "UNKNOWN(" + type + ")";
    };
  }
}
