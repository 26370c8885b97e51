package dev.myelin.wire.zmtp;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// The header of a frame.
///
/// ```
///   0       1                                            9
///  +-------+-------+
///  | flags | size  | body …            bit 1 of the flags clear
///  +-------+-------+
///  +-------+-----------------------------------------------+
///  | flags |            size, big-endian                   | body …   bit 1 set
///  +-------+-----------------------------------------------+
///    bit 0: more parts follow · bit 2: a command · bits 3 to 7: zero
/// ```
final class ZmtpHeader {
  static final int MORE = 1;
  static final int LONG = 2;
  static final int COMMAND = 4;
  static final int RESERVED = 0xF8;

  static final int SHORT_SIZE = 2;
  static final int LONG_SIZE = 9;

  /// The largest body under a short header.
  static final int SHORT_BODY = 255;

  private static final VarHandle U64 =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private ZmtpHeader() {}

  /// Returns the size of a header with these flags.
  static int size(int flags) {
    return (flags & LONG) == 0 ? SHORT_SIZE : LONG_SIZE;
  }

  /// Returns the size of the header of a body.
  static int sizeFor(long length) {
    return length <= SHORT_BODY ? SHORT_SIZE : LONG_SIZE;
  }

  /// Returns the length of the body; negative above 2^63-1.
  static long length(byte[] bytes, int at) {
    return (bytes[at] & LONG) == 0 ? bytes[at + 1] & 0xFF : (long) U64.get(bytes, at + 1);
  }

  /// Writes a header and returns where the body begins.
  ///
  /// @param flags without [#LONG]
  static int put(byte[] bytes, int at, int flags, long length) {
    if (length <= SHORT_BODY) {
      bytes[at] = (byte) flags;
      bytes[at + 1] = (byte) length;
      return at + SHORT_SIZE;
    }
    bytes[at] = (byte) (flags | LONG);
    U64.set(bytes, at + 1, length);
    return at + LONG_SIZE;
  }
}
