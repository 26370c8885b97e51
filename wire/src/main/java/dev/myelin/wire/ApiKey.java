package dev.myelin.wire;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// The key all nodes of a community share. Never printed.
public final class ApiKey {
  private final SecretKeySpec key;
  private final int bytes;

  private ApiKey(byte[] utf8) {
    this.bytes = utf8.length;
    // SecretKeySpec refuses an empty array; HMAC pads with zeros, so one zero byte is the same key.
    this.key = new SecretKeySpec(utf8.length == 0 ? new byte[1] : utf8, "HmacSHA256");
  }

  /// Returns the key whose bytes are the UTF-8 text; hex digits are not decoded.
  public static ApiKey of(String text) {
    return new ApiKey(text.getBytes(StandardCharsets.UTF_8));
  }

  /// Returns the number of key bytes; below 16 a key can be guessed offline.
  public int length() {
    return bytes;
  }

  /// Returns a fresh HMAC-SHA256 under this key.
  public Mac hmac() {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      return mac;
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("HmacSHA256 (expected: in every JDK)", e);
    }
  }

  /// Returns a text without the key.
  @Override
  public String toString() {
    return "ApiKey[" + bytes + " bytes]";
  }
}
