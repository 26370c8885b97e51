package dev.myelin.net;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.util.Base64;

/// Digests of public keys, written as `sha256/` and 44 characters of Base64.
///
/// The key and not the whole certificate is pinned, so that a renewed certificate of the same key
/// still fits.
final class Pins {
  private static final String PREFIX = "sha256/";
  private static final int DIGEST_BYTES = 32;

  private Pins() {}

  static String of(X509Certificate certificate) {
    try {
      byte[] key = certificate.getPublicKey().getEncoded();
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(key);
      return PREFIX + Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /// @throws IllegalArgumentException if that is no pin
  static void requireValid(String pin) {
    if (!isValid(pin)) {
      throw new IllegalArgumentException(
          "pin: " + pin + " (expected: sha256/ and 44 characters of Base64)");
    }
  }

  private static boolean isValid(String pin) {
    try {
      return pin.startsWith(PREFIX)
          && Base64.getDecoder().decode(pin.substring(PREFIX.length())).length == DIGEST_BYTES;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
