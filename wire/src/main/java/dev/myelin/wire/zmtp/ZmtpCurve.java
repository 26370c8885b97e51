package dev.myelin.wire.zmtp;

import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.CurveKey;
import java.nio.ByteBuffer;
import java.util.random.RandomGenerator;

/// What client and server of the CURVE handshake have in common: prefixes of nonces, and sizes.
final class ZmtpCurve {
  static final String HELLO = "CurveZMQHELLO---";
  static final String WELCOME = "WELCOME-";
  static final String COOKIE_NONCE = "COOKIE--";
  static final String INITIATE = "CurveZMQINITIATE";
  static final String VOUCH = "VOUCH---";
  static final String READY = "CurveZMQREADY---";
  static final String FROM_CLIENT = "CurveZMQMESSAGEC";
  static final String FROM_SERVER = "CurveZMQMESSAGES";

  /// Zeros in HELLO; the prose of RFC 26 says 70, its grammar and libzmq 72.
  static final int PADDING = 72;

  /// Zeros in the box of HELLO, so that there is something to sign.
  static final int SIGNED = 64;

  static final int LONG_NONCE = 16;
  static final int COOKIE = LONG_NONCE + ZmtpBox.TAG + 2 * CurveKey.BYTES;

  private ZmtpCurve() {}

  /// @throws IllegalStateException if there is no library that has the ciphers
  static void requireAvailable() {
    if (!isAvailable()) {
      throw new IllegalStateException(
          "CURVE: org.bouncycastle:bcprov-jdk18on is not there (expected: on the class path, or on"
              + " the module path with --add-modules org.bouncycastle.provider)");
    }
  }

  /// Asked from here, because already to look at the class of the boxes takes the library.
  private static boolean isAvailable() {
    try {
      return ZmtpBox.works();
    } catch (LinkageError absent) {
      return false;
    }
  }

  /// Returns the shared key with a key that the peer sent.
  static byte[] sharedKey(CurveKey secret, CurveKey theirs, ZmtpCursor where)
      throws PeerException.Malformed {
    try {
      return ZmtpBox.sharedKey(secret, theirs);
    } catch (IllegalArgumentException smallOrder) {
      throw where.malformed("key: of small order (expected: any other)");
    }
  }

  static byte[] counter(long value) {
    return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
  }

  static long counter(byte[] bytes) {
    return ByteBuffer.wrap(bytes).getLong();
  }

  static byte[] bytes(RandomGenerator random, int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  static boolean isZero(byte[] bytes) {
    int any = 0;
    for (byte each : bytes) {
      any |= each;
    }
    return any == 0;
  }

  static byte[] join(byte[]... pieces) {
    int size = 0;
    for (byte[] piece : pieces) {
      size += piece.length;
    }
    ByteBuffer all = ByteBuffer.allocate(size);
    for (byte[] piece : pieces) {
      all.put(piece);
    }
    return all.array();
  }
}
