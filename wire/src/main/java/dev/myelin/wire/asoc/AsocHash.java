package dev.myelin.wire.asoc;

import dev.myelin.wire.ApiKey;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;
import javax.crypto.Mac;

/// The digests and signatures of ASoc, and how ids become bytes.
final class AsocHash {
  private AsocHash() {}

  static byte[] hmac(ApiKey key, byte[]... parts) {
    Mac mac = key.hmac();
    for (byte[] part : parts) {
      mac.update(part);
    }
    return mac.doFinal();
  }

  static byte[] sha256(byte[]... parts) {
    MessageDigest digest = newSha256();
    for (byte[] part : parts) {
      digest.update(part);
    }
    return digest.digest();
  }

  static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 (expected: in every JDK)", e);
    }
  }

  /// Returns the first eight bytes as one number, the first byte being the most significant.
  static long first64(byte[] digest) {
    return MemorySegment.ofArray(digest).get(AsocHeader.U64, 0);
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /// Returns whether both are equal, in a time that does not tell where they differ.
  static boolean same(byte[] one, byte[] other) {
    return MessageDigest.isEqual(one, other);
  }

  // RFC 4122 binary order: the most significant half first.
  static void putId(MemorySegment target, long offset, UUID id) {
    target.set(AsocHeader.U64, offset, id.getMostSignificantBits());
    target.set(AsocHeader.U64, offset + 8, id.getLeastSignificantBits());
  }

  static UUID id(MemorySegment source, long offset) {
    return new UUID(source.get(AsocHeader.U64, offset), source.get(AsocHeader.U64, offset + 8));
  }

  static byte[] bytes(UUID id) {
    byte[] bytes = new byte[16];
    putId(MemorySegment.ofArray(bytes), 0, id);
    return bytes;
  }
}
