package dev.myelin.wire.zmtp;

import dev.myelin.wire.PeerException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A place in the body of a command; checks each length before it takes.
final class ZmtpCursor {
  private final byte[] bytes;
  private final long offset;
  private final String where;
  private int at;

  /// @param offset where the frame begins in the input
  /// @param where what is being read, for a complaint
  ZmtpCursor(byte[] bytes, int at, long offset, String where) {
    this.bytes = bytes;
    this.at = at;
    this.offset = offset;
    this.where = where;
  }

  /// Returns a cursor at the same place that complains of something else.
  ZmtpCursor of(String other) {
    return new ZmtpCursor(
        bytes, at, offset, ZmtpCodec.words(other.getBytes(StandardCharsets.ISO_8859_1)));
  }

  /// Returns another cursor at the same place.
  ZmtpCursor copy() {
    return new ZmtpCursor(bytes, at, offset, where);
  }

  int remaining() {
    return bytes.length - at;
  }

  long offset() {
    return offset;
  }

  int u8(String field) throws PeerException.Malformed {
    require(1, field);
    return bytes[at++] & 0xFF;
  }

  int u16(String field) throws PeerException.Malformed {
    return u8(field) << 8 | u8(field);
  }

  /// Returns four bytes as a number from 0 to 2^32-1.
  long u32(String field) throws PeerException.Malformed {
    long value = 0;
    for (byte each : take(Integer.BYTES, field)) {
      value = value << 8 | (each & 0xFF);
    }
    return value;
  }

  long u64(String field) throws PeerException.Malformed {
    long value = 0;
    for (byte each : take(Long.BYTES, field)) {
      value = value << 8 | (each & 0xFF);
    }
    return value;
  }

  /// Returns a copy of the next bytes.
  byte[] take(long count, String field) throws PeerException.Malformed {
    require(count, field);
    byte[] taken = Arrays.copyOfRange(bytes, at, at + (int) count);
    at += (int) count;
    return taken;
  }

  byte[] rest() {
    byte[] taken = Arrays.copyOfRange(bytes, at, bytes.length);
    at = bytes.length;
    return taken;
  }

  void end() throws PeerException.Malformed {
    if (remaining() > 0) {
      throw ZmtpCodec.malformed(
          offset, "length: %d bytes too many (expected: 0) of %s", remaining(), where);
    }
  }

  PeerException.Malformed malformed(String rule) {
    return ZmtpCodec.malformed(offset, "%s of %s", rule, where);
  }

  private void require(long count, String field) throws PeerException.Malformed {
    if (count > remaining()) {
      throw ZmtpCodec.malformed(
          offset, "%s: %d bytes (expected: <= %d) of %s", field, count, remaining(), where);
    }
  }
}
