package dev.myelin.net;

import dev.myelin.wire.TensorHeader;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// The number under which the receiver keeps a part of a tensor: the same one whenever the same
/// content is sent, by whichever process.
///
/// Made of the description and of 192 KiB of the content: its beginning, its middle and its end. It
/// only finds the part; whether that fits is decided by digests.
final class TransferIdentity {
  private static final int SAMPLE_BYTES = 64 << 10;
  private static final int IDENTITY_BYTES = 16;
  private static final String LABEL = "myelin transfer identity 1";

  private TransferIdentity() {}

  /// Returns it as 32 hex digits.
  static String of(TensorHeader header, MemorySegment content) {
    MessageDigest sha256 = sha256();
    sha256.update(LABEL.getBytes(StandardCharsets.US_ASCII));
    String described = header.dtype() + " " + header.shape() + " " + header.digest() + " ";
    sha256.update(described.getBytes(StandardCharsets.US_ASCII));
    sha256.update(header.name().getBytes(StandardCharsets.UTF_8));
    sha256.update(ByteBuffer.allocate(Long.BYTES).putLong(0, content.byteSize()));
    long size = content.byteSize();
    sample(sha256, content, 0);
    sample(sha256, content, Math.max(0, size / 2 - SAMPLE_BYTES / 2));
    sample(sha256, content, Math.max(0, size - SAMPLE_BYTES));
    return HexFormat.of().formatHex(sha256.digest(), 0, IDENTITY_BYTES);
  }

  private static void sample(MessageDigest sha256, MemorySegment content, long at) {
    long bytes = Math.min(SAMPLE_BYTES, content.byteSize() - at);
    sha256.update(content.asSlice(at, bytes).asByteBuffer());
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
