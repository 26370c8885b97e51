package dev.myelin.wire.pack;

import dev.myelin.tensor.Conversion;
import dev.myelin.wire.pack.Packer.Scratch;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Unpacks the chunks of any number of streams, one chunk at a time: [#begin], then [#finish].
///
/// Believes nothing: lengths are checked before memory is taken, and what comes out must be exactly
/// as long as was promised. However many streams there are, it never holds more than a few times
/// [Packer#MOST] bytes, and none after [#close]. Used by one thread at a time.
public final class Unpacker implements AutoCloseable {
  /// Where the bytes of chunks come from.
  @FunctionalInterface
  public interface Input {
    /// Fills `length` bytes of `target` from `at`; waits for them.
    ///
    /// @throws IOException if the input ends before
    void read(MemorySegment target, long at, long length) throws IOException;
  }

  private static final ValueLayout.OfInt U32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private static final int LEAST = 64 << 10;

  private final MemorySegment head = MemorySegment.ofArray(new byte[Packer.HEAD]);
  private final Map<PackCodec, Compressor> compressors = new EnumMap<>(PackCodec.class);

  // Any thread may be the reader of a connection, and any the one that closes it.
  private @Nullable Arena arena;
  private Scratch packed = Scratch.NONE;
  private Scratch apart = Scratch.NONE;
  private Scratch narrow = Scratch.NONE;

  // Of the chunk under way.
  private PackCodec codec = PackCodec.RAW;
  private int held;
  private int left;

  private Unpacker() {}

  /// Returns an unpacker that has no memory yet.
  public static Unpacker open() {
    return new Unpacker();
  }

  /// Reads the head of a chunk and returns how many bytes of the tensor it stands for; [#finish]
  /// follows, or whoever does not want it reads the rest of its `length` bytes away.
  ///
  /// @param length the bytes of the chunk, head and body
  /// @throws PackException if no chunk can be so
  public int begin(Input in, long length) throws IOException, PackException {
    if (length <= Packer.HEAD) {
      throw new PackException("length: %d (expected: > %d)", length, Packer.HEAD);
    }
    in.read(head, 0, Packer.HEAD);
    int code = Byte.toUnsignedInt(head.get(ValueLayout.JAVA_BYTE, 0));
    PackCodec known = PackCodec.of(code);
    long promised = Integer.toUnsignedLong(head.get(U32, 1));
    if (known == null) {
      throw new PackException("codec: %d (expected: 0..2)", code);
    }
    if (promised == 0 || promised > Packer.MOST) {
      throw new PackException("plain length: %d (expected: 1..%d)", promised, Packer.MOST);
    }
    if (length - Packer.HEAD > promised) {
      throw new PackException("length: %d (expected: <= %d)", length - Packer.HEAD, promised);
    }
    codec = known;
    held = (int) promised;
    left = (int) length - Packer.HEAD;
    return held;
  }

  /// Reads the body of the chunk that was begun and puts what was in it to `at` of `target`, which
  /// has room.
  ///
  /// @throws PackException if the body is damaged, or its codec does not work here
  public void finish(Input in, Packaging form, MemorySegment target, long at)
      throws IOException, PackException {
    if (held % form.unit() != 0) {
      throw new PackException("plain length: %d (expected: a multiple of %d)", held, form.unit());
    }
    int plain = form.wireBytes(held);
    if (codec == PackCodec.RAW ? left != plain : left >= plain) {
      throw new PackException(
          "length: %d (expected: %s %d)",
          left, codec == PackCodec.RAW ? "exactly" : "less than", plain);
    }
    if (form.isExact()) {
      unpack(in, form.shuffle(), plain, target, at);
      return;
    }
    narrow = narrow.atLeast(roundUp(plain), arena());
    unpack(in, form.shuffle(), plain, narrow.segment(), 0);
    long elements = held / form.held().bytesPerBlock();
    MemorySegment into = target.asSlice(at, held);
    Conversion.convert(form.wire(), narrow.segment(), form.held(), into, elements);
  }

  private void unpack(Input in, int shuffle, int plain, MemorySegment target, long at)
      throws IOException, PackException {
    if (codec == PackCodec.RAW) {
      in.read(target, at, left);
      return;
    }
    Compressor compressor = compressor();
    if (compressor == null) {
      throw new PackException("codec: %s (expected: one that works here)", codec);
    }
    packed = packed.atLeast(roundUp(left), arena());
    apart = apart.atLeast(roundUp(plain), arena());
    in.read(packed.segment(), 0, left);
    if (!compressor.unpack(packed.buffer(), left, apart.buffer(), plain)) {
      throw new PackException("%s: damaged (expected: %d bytes)", codec, plain);
    }
    Shuffle.together(shuffle, apart.segment(), target, at, plain);
  }

  /// The sender chooses the sizes, and smaller memory is not given back before the end: in steps of
  /// four all of it is no more than four thirds of the largest.
  private static int roundUp(int bytes) {
    int size = LEAST;
    while (size < bytes) {
      size *= 4;
    }
    return size;
  }

  private Arena arena() {
    Arena present = arena;
    if (present == null) {
      present = Arena.ofShared();
      arena = present;
    }
    return present;
  }

  private @Nullable Compressor compressor() {
    Supplier<Compressor> maker = Compressor.of(codec);
    return maker == null ? null : compressors.computeIfAbsent(codec, _ -> maker.get());
  }

  /// Lets go of its memory; it may be used again.
  @Override
  public void close() {
    compressors.values().forEach(Compressor::close);
    compressors.clear();
    packed = Scratch.NONE;
    apart = Scratch.NONE;
    narrow = Scratch.NONE;
    if (arena != null) {
      arena.close();
      arena = null;
    }
  }
}
