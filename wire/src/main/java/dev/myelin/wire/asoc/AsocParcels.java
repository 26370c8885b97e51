package dev.myelin.wire.asoc;

import dev.myelin.tensor.DType;
import dev.myelin.wire.ByteSink;
import dev.myelin.wire.Message;
import dev.myelin.wire.Precedence;
import dev.myelin.wire.RunningDigest;
import dev.myelin.wire.TensorHeader;
import dev.myelin.wire.pack.PackCodec;
import dev.myelin.wire.pack.Packaging;
import dev.myelin.wire.pack.Packer;
import dev.myelin.wire.pack.Packing;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// The packed DATA frames of one outgoing tensor; of the thread that sends it.
final class AsocParcels implements AutoCloseable {
  /// Of a stream that is dropped: only how many bytes its chunks stand for is of interest.
  private static final Packaging DROPPED = Packaging.of(DType.U8, DType.U8);

  private final Packing packing;
  private final Packaging form;
  private final Packer packer;
  private final MemorySegment head = MemorySegment.ofArray(new byte[AsocHeader.SIZE + Packer.HEAD]);

  private AsocParcels(Packing packing, Packaging form) {
    this.packing = packing;
    this.form = form;
    this.packer = Packer.open(form);
  }

  /// Returns how a tensor is packed; null if nobody wants that or there is nothing in it.
  ///
  /// @throws IllegalArgumentException if it cannot travel in that type
  static @Nullable AsocParcels of(Message.Transfer transfer) {
    Packing packing = transfer.packing();
    if (packing == null || transfer.header().byteSize() == 0) {
      return null;
    }
    DType held = transfer.header().dtype();
    Packaging form = Packaging.of(held, packing.wire());
    if (transfer.header().byteSize() % form.unit() != 0) {
      throw new IllegalArgumentException(
          "%s: %d bytes of %s (expected: a multiple of %d, whole blocks of %s)"
              .formatted(
                  transfer.header().name(),
                  transfer.header().byteSize(),
                  held,
                  form.unit(),
                  packing.wire()));
    }
    return new AsocParcels(packing, form);
  }

  /// Returns whether an incoming stream may still be told to be packed.
  static boolean mayBegin(AsocStream stream) {
    return !(stream instanceof AsocStream.Plain)
        && !(stream instanceof AsocStream.Asked)
        && stream.frames == 0
        && stream.packaging == null;
  }

  /// Notes how the chunks of an incoming stream are packed; returns why it cannot be so, null if it
  /// can.
  static @Nullable String begin(AsocStream stream, AsocExtension.Packed packing) {
    try {
      stream.packaging = form(stream, AsocTypes.dtype(packing.wire()), packing.shuffle());
      return null;
    } catch (IllegalArgumentException e) {
      stream.packaging = DROPPED;
      return e.getMessage() + " of PACKED";
    }
  }

  private static Packaging form(AsocStream stream, @Nullable DType wire, int shuffle) {
    TensorHeader header =
        switch (stream) {
          case AsocStream.Described described -> described.header;
          case AsocParked parked -> parked.header();
          case AsocStream.Asked _, AsocStream.Plain _, AsocStream.Declined _ -> null;
        };
    if (header == null) {
      return DROPPED;
    }
    if (wire == null) {
      throw new IllegalArgumentException("wire: unknown (expected: a type)");
    }
    return new Packaging(header.dtype(), wire, shuffle);
  }

  AsocExtension.Packed announcement() {
    return new AsocExtension.Packed(form.shuffle(), AsocTypes.code(form.wire()));
  }

  /// Returns the bytes of which each frame is a multiple.
  int unit() {
    return form.unit();
  }

  /// Returns the most bytes of the tensor in a frame, where `wanted` are wished for: so many that
  /// the frame is no larger with its head, and whole elements.
  int chunkBytes(int wanted) {
    int unit = Math.max(form.unit(), form.held().bytesPerBlock());
    int most = Math.min(wanted - Packer.HEAD, Packer.MOST);
    return Math.max(unit, most - most % unit);
  }

  /// Returns what the digest is made of: the tensor, or where it arrives changed, the memory in
  /// which each chunk stands as it arrives.
  MemorySegment digested(MemorySegment tensor, int chunkBytes) {
    return form.isExact() ? tensor : packer.arrived(chunkBytes);
  }

  /// Returns where in [#digested] the chunk at `at` of the tensor stands.
  long digestedAt(long at) {
    return form.isExact() ? at : 0;
  }

  /// Has the digest take the first bytes of the tensor as they arrive.
  void take(RunningDigest digest, MemorySegment tensor, long bytes, int chunkBytes) {
    if (form.isExact()) {
      digest.update(0, bytes);
      return;
    }
    int size;
    for (long at = 0; at < bytes; at += size) {
      size = (int) Math.min(chunkBytes, bytes - at);
      packer.pack(PackCodec.RAW, tensor, at, size);
      digest.update(0, size);
    }
  }

  /// Packs `size` bytes of the tensor and writes them as one frame.
  void write(Frame frame, ByteSink out, MemorySegment tensor, long at, int size)
      throws IOException {
    packer.pack(packing.next(packer, tensor, at, size), tensor, at, size);
    int bytes = Packer.HEAD + packer.length();
    packing.packed(packer.plainLength(), bytes);
    AsocHeader.put(head, AsocHeader.DATA, frame.stream(), (int) frame.sequence(), bytes);
    packer.putHead(head, AsocHeader.SIZE);
    out.write(frame.precedence(), head, packer.body(), packer.offset(), packer.length());
    packing.written();
  }

  /// Which frame it is.
  record Frame(Precedence precedence, int stream, long sequence) {}

  @Override
  public void close() {
    packer.close();
  }
}
