package dev.myelin.net.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// The head of a segment's file, all numbers with the high byte first:
///
/// ```
///  0         8         16       20       24
///  +---------+---------+--------+--------+---------
///  | MYLOG 1 | offset  | salt   | CRC    | records …
///  +---------+---------+--------+--------+---------
/// ```
///
/// `offset` is that of the first record, `salt` a random number of which the checksums of heads of
/// records depend; the CRC-32C is of the 20 bytes before it.
///
/// @param base the offset of the first record
/// @param salt a random number
record SegmentHead(long base, int salt) {
  static final int BYTES = 24;
  private static final long MAGIC = 0x4D594C4F47000001L;
  private static final int CHECKED_BYTES = 20;

  ByteBuffer encode() {
    ByteBuffer out = ByteBuffer.allocate(BYTES).putLong(MAGIC).putLong(base).putInt(salt);
    return out.putInt(crc(out.array())).flip();
  }

  /// Returns what these bytes say; null if they are not those that were written.
  static @Nullable SegmentHead decode(ByteBuffer in) {
    if (in.remaining() < BYTES) {
      return null;
    }
    byte[] bytes = new byte[BYTES];
    in.get(bytes);
    ByteBuffer values = ByteBuffer.wrap(bytes);
    if (values.getLong() != MAGIC || values.getInt(CHECKED_BYTES) != crc(bytes)) {
      return null;
    }
    return new SegmentHead(values.getLong(), values.getInt());
  }

  private static int crc(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, CHECKED_BYTES);
    return (int) crc.getValue();
  }
}
