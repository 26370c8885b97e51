package dev.myelin.wire.parts;

import java.util.Arrays;

/// A public or secret key of Curve25519: 32 bytes, written as 40 characters of Z85 (RFC 32).
public final class CurveKey {
  /// How many bytes a key has.
  public static final int BYTES = 32;

  private static final String DIGITS =
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

  private final byte[] bytes;

  private CurveKey(byte[] bytes) {
    this.bytes = bytes;
  }

  /// A public key and its secret one.
  public record Pair(CurveKey publicKey, CurveKey secretKey) {
    /// Names the public key alone.
    @Override
    public String toString() {
      return "Pair[" + publicKey.toZ85() + "]";
    }
  }

  /// Returns the key of 32 bytes, which are copied.
  public static CurveKey of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("key: " + bytes.length + " bytes (expected: 32)");
    }
    return new CurveKey(bytes.clone());
  }

  /// Returns the key that 40 characters of Z85 spell.
  ///
  /// @throws IllegalArgumentException if they spell none; the message never shows them
  public static CurveKey parse(String z85) {
    if (z85.length() != 40) {
      throw new IllegalArgumentException(
          "key: " + z85.length() + " characters (expected: 40 of Z85)");
    }
    byte[] bytes = new byte[BYTES];
    for (int i = 0; i < 8; i++) {
      long value = 0;
      for (int j = 0; j < 5; j++) {
        int digit = DIGITS.indexOf(z85.charAt(5 * i + j));
        if (digit < 0) {
          throw new IllegalArgumentException(
              "key: character " + (5 * i + j) + " is none of Z85 (expected: 40 of Z85)");
        }
        value = value * 85 + digit;
      }
      if (value > 0xFFFF_FFFFL) {
        throw new IllegalArgumentException("key: digits beyond 32 bits (expected: 40 of Z85)");
      }
      for (int j = 0; j < 4; j++) {
        bytes[4 * i + j] = (byte) (value >>> (24 - 8 * j));
      }
    }
    return new CurveKey(bytes);
  }

  /// Returns a copy of its 32 bytes.
  public byte[] toBytes() {
    return bytes.clone();
  }

  /// Returns its 40 characters of Z85.
  public String toZ85() {
    StringBuilder text = new StringBuilder(40);
    for (int i = 0; i < 8; i++) {
      long value = 0;
      for (int j = 0; j < 4; j++) {
        value = value << 8 | (bytes[4 * i + j] & 0xFF);
      }
      long divisor = 85L * 85 * 85 * 85;
      for (int j = 0; j < 5; j++) {
        text.append(DIGITS.charAt((int) (value / divisor % 85)));
        divisor /= 85;
      }
    }
    return text.toString();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CurveKey that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /// Says that it is a key, not which one: it may be secret.
  @Override
  public String toString() {
    return "CurveKey";
  }
}
