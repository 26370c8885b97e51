package dev.myelin.wire.parts;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.SecureRandom;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.util.Arrays;
import javax.crypto.KeyAgreement;

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
    /// Returns a pair that nobody had before.
    public static Pair random() {
      byte[] secret = new byte[BYTES];
      new SecureRandom().nextBytes(secret);
      return of(new CurveKey(secret));
    }

    /// Returns the pair of this secret key.
    public static Pair of(CurveKey secretKey) {
      byte[] basePoint = new byte[BYTES];
      basePoint[0] = 9; // RFC 7748 §4.1
      return new Pair(new CurveKey(agree(secretKey.bytes, basePoint)), secretKey);
    }

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

  /// Returns what this secret key and a public one make together: 32 bytes that the owner of the
  /// other secret key gets too.
  ///
  /// @throws IllegalArgumentException if the public key is one of the few with which anybody could
  ///   guess them
  public byte[] agree(CurveKey publicKey) {
    return agree(bytes, publicKey.bytes);
  }

  private static byte[] agree(byte[] secret, byte[] point) {
    byte[] bigEndian = new byte[BYTES];
    for (int i = 0; i < BYTES; i++) {
      bigEndian[i] = point[BYTES - 1 - i];
    }
    bigEndian[0] &= 0x7F; // RFC 7748 §5: the highest bit does not count
    try {
      KeyFactory keys = KeyFactory.getInstance("X25519");
      KeyAgreement agreement = KeyAgreement.getInstance("X25519");
      agreement.init(
          keys.generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, secret.clone())));
      agreement.doPhase(
          keys.generatePublic(
              new XECPublicKeySpec(NamedParameterSpec.X25519, new BigInteger(1, bigEndian))),
          true);
      return agreement.generateSecret();
    } catch (InvalidKeyException e) {
      throw new IllegalArgumentException("key: of small order (expected: any other)", e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM lacks X25519", e);
    }
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
