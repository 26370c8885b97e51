package dev.myelin.wire;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// The digest of a tensor whose bytes pass by in order. For one thread at a time.
///
/// Sees a segment through windows that each serve many frames, so a frame costs no allocation.
public abstract sealed class RunningDigest {
  /// A segment above 2 GiB has no buffer, so it is seen in parts of this many bytes.
  private static final long WINDOW = 1L << 30;

  private final MemorySegment segment;
  private @Nullable ByteBuffer window;
  private long windowStart;
  private long bytes;

  private RunningDigest(MemorySegment segment) {
    this.segment = segment;
  }

  /// Returns the digest of that kind over this segment, null for none.
  public static @Nullable RunningDigest of(TensorHeader.Digest kind, MemorySegment segment) {
    return switch (kind) {
      case NONE -> null;
      case CRC32C -> new Crc32c(segment);
      case SHA256 -> new Sha256(segment);
    };
  }

  /// Takes the next bytes of the segment.
  public final void update(long offset, long length) {
    long end = offset + length;
    for (long at = offset; at < end; ) {
      ByteBuffer part = window(at);
      int take = (int) Math.min(end - at, windowStart + part.capacity() - at);
      int from = (int) (at - windowStart);
      update(part.limit(from + take).position(from));
      at += take;
    }
    bytes += length;
  }

  /// Returns how many bytes it has taken.
  public final long bytes() {
    return bytes;
  }

  private ByteBuffer window(long at) {
    ByteBuffer current = window;
    if (current == null || at < windowStart || at >= windowStart + current.capacity()) {
      windowStart = at;
      long size = Math.min(WINDOW, segment.byteSize() - at);
      current = segment.asSlice(at, size).asByteBuffer();
      window = current;
    }
    return current;
  }

  abstract void update(ByteBuffer part);

  /// Returns the value over everything taken so far, as it travels; more may be taken afterwards.
  public abstract byte[] value();

  /// Returns the same in hex.
  public final String hex() {
    return HexFormat.of().formatHex(value());
  }

  private static final class Crc32c extends RunningDigest {
    private final CRC32C crc = new CRC32C();

    Crc32c(MemorySegment segment) {
      super(segment);
    }

    @Override
    void update(ByteBuffer part) {
      crc.update(part);
    }

    @Override
    public byte[] value() {
      return ByteBuffer.allocate(4).putInt((int) crc.getValue()).array();
    }
  }

  private static final class Sha256 extends RunningDigest {
    private final MessageDigest sha256;

    Sha256(MemorySegment segment) {
      super(segment);
      try {
        sha256 = MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every JDK has SHA-256", e);
      }
    }

    @Override
    void update(ByteBuffer part) {
      sha256.update(part);
    }

    @Override
    public byte[] value() {
      try {
        return ((MessageDigest) sha256.clone()).digest();
      } catch (CloneNotSupportedException e) {
        throw new IllegalStateException("the JDK's SHA-256 can be cloned", e);
      }
    }
  }
}
