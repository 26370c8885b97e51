package dev.myelin.wire.pack;

import dev.myelin.tensor.Conversion;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Packs the chunks of one tensor, one behind the other; opened, used and closed by one thread.
///
/// A packed chunk is a head and a body:
///
/// ```
///   0     1                       5
///  +-----+-----------------------+---------
///  |codec| bytes held  (u32 BE)  | body
///  +-----+-----------------------+---------
/// ```
///
/// The bytes held are those of the tensor that the chunk stands for. The memory it works in is
/// taken once and serves all chunks.
public final class Packer implements AutoCloseable {
  /// The bytes of the head.
  public static final int HEAD = 5;

  /// The most bytes of the tensor in one chunk.
  public static final int MOST = 4 << 20;

  private static final ValueLayout.OfInt U32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private final Packaging form;
  private final Arena arena = Arena.ofConfined();
  private final Map<PackCodec, Compressor> compressors = new EnumMap<>(PackCodec.class);
  private Scratch narrow = Scratch.NONE;
  private Scratch apart = Scratch.NONE;
  private Scratch packed = Scratch.NONE;
  private Scratch arrived = Scratch.NONE;

  // What the last chunk became.
  private PackCodec codec = PackCodec.RAW;
  private MemorySegment body = MemorySegment.NULL;
  private long offset;
  private int length;
  private int held;

  private Packer(Packaging form) {
    this.form = form;
  }

  /// Returns a packer whose chunks travel in that form.
  public static Packer open(Packaging form) {
    return new Packer(form);
  }

  /// Packs one chunk; it stays raw if it does not shrink or the codec does not work here. What it
  /// became is told by the accessors, and valid until the next call.
  ///
  /// @throws IllegalArgumentException if the chunk is empty, larger than [#MOST], or no multiple of
  ///   [Packaging#unit]
  public void pack(PackCodec wanted, MemorySegment tensor, long at, int bytes) {
    if (bytes <= 0 || bytes > MOST || bytes % form.unit() != 0) {
      throw new IllegalArgumentException(
          "bytes: %d (expected: 1..%d, a multiple of %d)".formatted(bytes, MOST, form.unit()));
    }
    codec = PackCodec.RAW;
    held = bytes;
    int plain = form.wireBytes(bytes);
    length = plain;
    if (form.isExact()) {
      body = tensor;
      offset = at;
    } else {
      narrow(tensor, at, plain);
    }
    compress(wanted, plain);
  }

  private void narrow(MemorySegment tensor, long at, int plain) {
    narrow = narrow.atLeast(plain, arena);
    arrived = arrived.atLeast(held, arena);
    long elements = held / form.held().bytesPerBlock();
    MemorySegment chunk = tensor.asSlice(at, held);
    Conversion.convert(form.held(), chunk, form.wire(), narrow.segment(), elements);
    Conversion.convert(form.wire(), narrow.segment(), form.held(), arrived.segment(), elements);
    body = narrow.segment();
    offset = 0;
  }

  private void compress(PackCodec wanted, int plain) {
    Compressor compressor = compressor(wanted);
    if (compressor == null) {
      return;
    }
    apart = apart.atLeast(plain, arena);
    packed = packed.atLeast(compressor.room(plain), arena);
    Shuffle.apart(form.shuffle(), body, offset, apart.segment(), plain);
    int size = compressor.pack(apart.buffer(), plain, packed.buffer());
    if (size < plain) {
      codec = wanted;
      body = packed.segment();
      offset = 0;
      length = size;
    }
  }

  private @Nullable Compressor compressor(PackCodec wanted) {
    Supplier<Compressor> maker = Compressor.of(wanted);
    return maker == null ? null : compressors.computeIfAbsent(wanted, _ -> maker.get());
  }

  /// Writes the head of the last chunk.
  public void putHead(MemorySegment target, long at) {
    target.set(ValueLayout.JAVA_BYTE, at, (byte) codec.code());
    target.set(U32, at + 1, held);
  }

  /// Returns how the last chunk was packed in the end.
  public PackCodec codec() {
    return codec;
  }

  /// Returns the segment in which the body of the last chunk stands.
  public MemorySegment body() {
    return body;
  }

  /// Returns where in [#body] it begins.
  public long offset() {
    return offset;
  }

  /// Returns its bytes.
  public int length() {
    return length;
  }

  /// Returns what its bytes would be if they were not compressed.
  public int plainLength() {
    return form.wireBytes(held);
  }

  /// Returns memory that holds the last chunk as it will arrive; for a form that is not exact.
  ///
  /// @param most the bytes of the largest chunk to come; a later call with no more returns the same
  ///   segment
  public MemorySegment arrived(int most) {
    arrived = arrived.atLeast(most, arena);
    return arrived.segment();
  }

  /// Frees the memory.
  @Override
  public void close() {
    compressors.values().forEach(Compressor::close);
    compressors.clear();
    arena.close();
  }

  /// Memory that grows when needed, and the same as a buffer. The smaller one stays until the arena
  /// is closed.
  record Scratch(MemorySegment segment, ByteBuffer buffer) {
    static final Scratch NONE = new Scratch(MemorySegment.NULL, ByteBuffer.allocate(0));

    Scratch atLeast(int bytes, Arena arena) {
      if (segment.byteSize() >= bytes) {
        return this;
      }
      MemorySegment larger = arena.allocate(bytes, Long.BYTES);
      return new Scratch(larger, larger.asByteBuffer());
    }
  }
}
