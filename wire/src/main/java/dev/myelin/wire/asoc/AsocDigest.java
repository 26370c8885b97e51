package dev.myelin.wire.asoc;

import dev.myelin.wire.TensorHeader;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// The digest of a tensor whose bytes pass by in order.
///
/// Sees a segment through windows that each serve many frames, so a frame costs no allocation.
abstract sealed class AsocDigest {
  /// A segment above 2 GiB has no buffer, so it is seen in parts of this many bytes.
  private static final long WINDOW = 1L << 30;

  private final MemorySegment segment;
  private @Nullable ByteBuffer window;
  private long windowStart;

  private AsocDigest(MemorySegment segment) {
    this.segment = segment;
  }

  /// Returns the digest of that kind over this segment, null for none.
  static @Nullable AsocDigest of(TensorHeader.Digest kind, MemorySegment segment) {
    return switch (kind) {
      case NONE -> null;
      case CRC32C -> new Crc32c(segment);
      case SHA256 -> new Sha256(segment);
    };
  }

  /// Returns the size of a digest of that kind; -1 for none.
  static int bytes(TensorHeader.Digest kind) {
    return switch (kind) {
      case NONE -> -1;
      case CRC32C -> 4;
      case SHA256 -> 32;
    };
  }

  /// Takes the next bytes of the segment.
  final void update(long offset, long length) {
    long end = offset + length;
    for (long at = offset; at < end; ) {
      ByteBuffer part = window(at);
      int take = (int) Math.min(end - at, windowStart + part.capacity() - at);
      int from = (int) (at - windowStart);
      update(part.limit(from + take).position(from));
      at += take;
    }
  }

  private ByteBuffer window(long at) {
    ByteBuffer current = window;
    if (current == null || at >= windowStart + current.capacity()) {
      windowStart = at;
      long size = Math.min(WINDOW, segment.byteSize() - at);
      current = segment.asSlice(at, size).asByteBuffer();
      window = current;
    }
    return current;
  }

  abstract void update(ByteBuffer bytes);

  /// Returns the value over everything taken so far.
  abstract AsocBytes value();

  private static final class Crc32c extends AsocDigest {
    private final CRC32C crc = new CRC32C();

    Crc32c(MemorySegment segment) {
      super(segment);
    }

    @Override
    void update(ByteBuffer bytes) {
      crc.update(bytes);
    }

    @Override
    AsocBytes value() {
      int value = (int) crc.getValue();
      byte[] bytes = new byte[4];
      MemorySegment.ofArray(bytes).set(AsocHeader.U32, 0, value);
      return AsocBytes.of(bytes);
    }
  }

  private static final class Sha256 extends AsocDigest {
    private final MessageDigest sha256 = AsocHash.newSha256();

    Sha256(MemorySegment segment) {
      super(segment);
    }

    @Override
    void update(ByteBuffer bytes) {
      sha256.update(bytes);
    }

    @Override
    AsocBytes value() {
      return AsocBytes.of(sha256.digest());
    }
  }
}
