package dev.myelin.wire.pack;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;
import org.jspecify.annotations.Nullable;

/// A library at work on native memory; one thread at a time. The libraries are optional: one that
/// is absent, or whose native part does not load, is known here once and for all.
abstract sealed class Compressor implements AutoCloseable {
  // A reference to a constructor would link its class here, outside the try.
  private static final @Nullable Supplier<Compressor> LZ4 = found(() -> new Lz4());
  private static final @Nullable Supplier<Compressor> ZSTD = found(() -> new Zstd());

  /// Returns what makes compressors of that kind; null if its library does not work here.
  static @Nullable Supplier<Compressor> of(PackCodec codec) {
    return switch (codec) {
      case RAW -> null;
      case LZ4 -> LZ4;
      case ZSTD -> ZSTD;
    };
  }

  private static @Nullable Supplier<Compressor> found(Supplier<Compressor> maker) {
    try (Compressor compressor = maker.get()) {
      ByteBuffer plain = ByteBuffer.allocateDirect(256);
      ByteBuffer packed = ByteBuffer.allocateDirect(compressor.room(256));
      int size = compressor.pack(plain, 256, packed);
      return size < 256 && compressor.unpack(packed, size, plain, 256) ? maker : null;
    } catch (LinkageError | RuntimeException e) {
      System.getLogger(Compressor.class.getName())
          .log(System.Logger.Level.DEBUG, "a compression library does not work here", e);
      return null;
    }
  }

  /// Returns the most bytes that so many can become.
  abstract int room(int plain);

  /// Packs the first `length` bytes to the start of `packed`, which has room; returns their number.
  abstract int pack(ByteBuffer plain, int length, ByteBuffer packed);

  /// Unpacks the first `length` bytes; returns whether they made exactly `expected` bytes, and
  /// writes none behind those.
  abstract boolean unpack(ByteBuffer packed, int length, ByteBuffer plain, int expected);

  @Override
  public abstract void close();

  private static final class Lz4 extends Compressor {
    private final LZ4Compressor packer = LZ4Factory.nativeInstance().fastCompressor();
    private final LZ4SafeDecompressor unpacker = LZ4Factory.nativeInstance().safeDecompressor();

    @Override
    int room(int plain) {
      return packer.maxCompressedLength(plain);
    }

    @Override
    int pack(ByteBuffer plain, int length, ByteBuffer packed) {
      return packer.compress(plain, 0, length, packed, 0, packed.capacity());
    }

    @Override
    boolean unpack(ByteBuffer packed, int length, ByteBuffer plain, int expected) {
      try {
        return unpacker.decompress(packed, 0, length, plain, 0, expected) == expected;
      } catch (LZ4Exception e) {
        return false;
      }
    }

    @Override
    public void close() {}
  }

  private static final class Zstd extends Compressor {
    private static final int LEVEL = 1;

    // Each costs most of a megabyte, and hardly anybody packs and unpacks with the same one.
    private @Nullable ZstdCompressCtx packer;
    private @Nullable ZstdDecompressCtx unpacker;

    @Override
    int room(int plain) {
      return Math.toIntExact(com.github.luben.zstd.Zstd.compressBound(plain));
    }

    @Override
    int pack(ByteBuffer plain, int length, ByteBuffer packed) {
      ZstdCompressCtx context = packer;
      if (context == null) {
        context = new ZstdCompressCtx().setLevel(LEVEL);
        packer = context;
      }
      return context.compressDirectByteBuffer(packed, 0, packed.capacity(), plain, 0, length);
    }

    @Override
    boolean unpack(ByteBuffer packed, int length, ByteBuffer plain, int expected) {
      ZstdDecompressCtx context = unpacker;
      if (context == null) {
        context = new ZstdDecompressCtx();
        unpacker = context;
      }
      try {
        return context.decompressDirectByteBuffer(plain, 0, expected, packed, 0, length)
            == expected;
      } catch (ZstdException e) {
        return false;
      }
    }

    @Override
    public void close() {
      if (packer != null) {
        packer.close();
      }
      if (unpacker != null) {
        unpacker.close();
      }
    }
  }
}
