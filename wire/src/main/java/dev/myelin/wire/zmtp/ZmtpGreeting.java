package dev.myelin.wire.zmtp;

import dev.myelin.wire.PeerException;
import java.nio.charset.StandardCharsets;

/// The first 64 bytes of each side.
///
/// ```
///   0    1                 9    10    11    12               32          33        64
///  +----+-----------------+----+-----+-----+----------------+-----------+---------+
///  | FF | padding, unread | 7F |major|minor|   mechanism    | as server |  zeros  |
///  +----+-----------------+----+-----+-----+----------------+-----------+---------+
/// ```
///
/// @param minor of a version 3; what a higher major version has there means nothing here
record ZmtpGreeting(int major, int minor, String mechanism, boolean asServer) {
  static final int SIZE = 64;

  /// Signature and major version: what tells whether 64 bytes will come at all.
  static final int VERSION_END = 11;

  private static final int SIGNATURE = 0xFF;
  private static final int SIGNATURE_END = 0x7F;

  /// Where the mechanism begins: what stands before is the same for all.
  static final int MECHANISM = 12;

  private static final int MECHANISM_SIZE = 20;
  private static final int AS_SERVER = 32;

  /// Returns the greeting of version 3.1.
  static ZmtpGreeting of(String mechanism, boolean asServer) {
    return new ZmtpGreeting(3, 1, mechanism, asServer);
  }

  byte[] encode() {
    byte[] bytes = new byte[SIZE];
    bytes[0] = (byte) SIGNATURE;
    // libzmq writes the length of its id and one, for peers of ZMTP 1.0; without an id that is 1.
    bytes[8] = 1;
    bytes[9] = SIGNATURE_END;
    bytes[10] = (byte) major;
    bytes[11] = (byte) minor;
    byte[] name = mechanism.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(name, 0, bytes, MECHANISM, name.length);
    bytes[AS_SERVER] = (byte) (asServer ? 1 : 0);
    return bytes;
  }

  /// Checks signature and major version, which are the first 11 bytes.
  static void checkVersion(byte[] begin) throws PeerException {
    if ((begin[0] & 0xFF) != SIGNATURE || begin[9] != SIGNATURE_END) {
      throw ZmtpCodec.malformed(
          0,
          "signature: %02x … %02x (expected: ff … 7f) of the greeting",
          begin[0] & 0xFF,
          begin[9] & 0xFF);
    }
    int major = begin[10] & 0xFF;
    if (major < 3) {
      // ZMTP 2.0 has 1 or 2 in this place.
      throw new PeerException.Refused(
          "refused the peer: it speaks ZMTP 2.0 or older (expected: 3.0 or later)");
    }
  }

  /// Returns the greeting that these 64 bytes are; padding and filler mean nothing (RFC 37).
  static ZmtpGreeting parse(byte[] bytes) throws PeerException {
    checkVersion(bytes);
    int end = MECHANISM;
    while (end < MECHANISM + MECHANISM_SIZE && bytes[end] != 0) {
      end++;
    }
    String mechanism = new String(bytes, MECHANISM, end - MECHANISM, StandardCharsets.ISO_8859_1);
    return new ZmtpGreeting(bytes[10] & 0xFF, bytes[11] & 0xFF, mechanism, bytes[AS_SERVER] == 1);
  }

  /// Returns whether both sides speak 3.1; otherwise they speak 3.0.
  boolean speaks31() {
    return major > 3 || minor >= 1;
  }
}
