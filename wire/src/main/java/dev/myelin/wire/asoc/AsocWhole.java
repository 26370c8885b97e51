package dev.myelin.wire.asoc;

import dev.myelin.wire.TensorHeader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// Frames that carry a small tensor with its description: written at one go, and for the reader of
/// one session not decoded anew while the same description comes again and again.
final class AsocWhole {
  /// The bytes of a description besides extents and name: two codes, the rank, the byte length, the
  /// length of the name.
  private static final int FIXED = 13;

  /// A longer description is not kept.
  private static final int KEPT_BYTES = 256;

  private MemorySegment lastBytes = MemorySegment.NULL;
  private @Nullable TensorHeader last;

  /// Returns a frame up to its content.
  ///
  /// @param digest of the content; empty where the header names none
  static byte[] head(int stream, TensorHeader header, byte[] name, byte[] digest) {
    int rank = header.shape().rank();
    int described = AsocHeader.SIZE + AsocExtensionCodec.HEAD + FIXED + 8 * rank + name.length;
    byte[] frame = new byte[described + 1 + digest.length];
    MemorySegment out = MemorySegment.ofArray(frame);
    long payload = frame.length - AsocHeader.SIZE + header.byteSize();
    AsocHeader.put(out, AsocHeader.CONTROL, stream, 0, Math.toIntExact(payload));
    out.set(AsocHeader.U32, AsocHeader.SIZE, AsocExtensionCodec.MAGIC);
    int at = AsocHeader.SIZE + AsocExtensionCodec.HEAD;
    frame[at - 1] = AsocExtension.WHOLE;
    frame[at] = (byte) AsocTypes.code(header.dtype());
    frame[at + 1] = (byte) AsocTypes.code(header.digest());
    frame[at + 2] = (byte) rank;
    at += 3;
    for (int axis = 0; axis < rank; axis++) {
      out.set(AsocHeader.U64, at, header.shape().dim(axis));
      at += 8;
    }
    out.set(AsocHeader.U64, at, header.byteSize());
    out.set(AsocHeader.U16, at + 8, (short) name.length);
    System.arraycopy(name, 0, frame, at + 10, name.length);
    frame[described] = (byte) digest.length;
    System.arraycopy(digest, 0, frame, described + 1, digest.length);
    return frame;
  }

  /// Returns what a payload says of its tensor, if that is what the last one said; null if it must
  /// be decoded.
  @Nullable TensorHeader known(MemorySegment payload) {
    TensorHeader same = last;
    long length = lastBytes.byteSize();
    if (same == null
        || payload.byteSize() < length
        || MemorySegment.mismatch(payload, 0, length, lastBytes, 0, length) >= 0) {
      return null;
    }
    // Each stream has a header of its own, by which its receiver knows it.
    return new TensorHeader(same.name(), same.dtype(), same.shape(), same.digest());
  }

  /// Keeps what a payload says of its tensor, which this side takes.
  void keep(MemorySegment payload, AsocExtension.Open open, TensorHeader header) {
    long name = AsocHash.utf8(open.name()).length;
    long length = AsocExtensionCodec.HEAD + FIXED + 8L * open.dims().size() + name;
    if (length <= KEPT_BYTES) {
      byte[] bytes = payload.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
      lastBytes = MemorySegment.ofArray(bytes);
      last = header;
    }
  }

  /// Returns a cursor behind the description that the last payload and this one share.
  AsocCursor behind(MemorySegment payload, long frameOffset) {
    return new AsocCursor(payload, lastBytes.byteSize(), "WHOLE", frameOffset);
  }
}
