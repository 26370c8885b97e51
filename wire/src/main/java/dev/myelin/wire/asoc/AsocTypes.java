package dev.myelin.wire.asoc;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.wire.FaultCode;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.TensorHeader;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The numbers by which OPEN names element types and digests, and CANCEL reasons.
final class AsocTypes {
  private AsocTypes() {}

  /// Returns whether this side knows the element type and the digest.
  static boolean areKnown(AsocExtension.Open open) {
    return dtype(open.dtype()) != null && digest(open.digest()) != null;
  }

  /// Returns what a sender said of its tensor, whose type and digest are known.
  ///
  /// @param frameOffset where the frame begins in the input
  static TensorHeader header(AsocExtension.Open open, long frameOffset)
      throws PeerException.Malformed {
    DType dtype = Objects.requireNonNull(dtype(open.dtype()));
    TensorHeader.Digest digest = Objects.requireNonNull(digest(open.digest()));
    TensorHeader described;
    try {
      long[] dims = open.dims().stream().mapToLong(Long::longValue).toArray();
      described = new TensorHeader(open.name(), dtype, Shape.of(dims), digest);
    } catch (IllegalArgumentException e) {
      throw AsocCodec.malformed(frameOffset, "%s of OPEN", String.valueOf(e.getMessage()));
    }
    if (described.byteSize() != open.byteLength()) {
      throw AsocCodec.malformed(
          frameOffset,
          "byte length: %d (expected: %d for %s%s) of OPEN",
          open.byteLength(),
          described.byteSize(),
          dtype,
          described.shape());
    }
    return described;
  }

  static int code(DType dtype) {
    return switch (dtype) {
      case F64 -> 1;
      case F32 -> 2;
      case F16 -> 3;
      case BF16 -> 4;
      case I64 -> 5;
      case I32 -> 6;
      case I16 -> 7;
      case I8 -> 8;
      case U64 -> 9;
      case U32 -> 10;
      case U16 -> 11;
      case U8 -> 12;
      case BOOL -> 13;
      case Q8_0 -> 14;
      case Q4_0 -> 15;
    };
  }

  /// Returns the element type with this number, null if a later version may have defined it.
  static @Nullable DType dtype(int code) {
    for (DType dtype : DType.values()) {
      if (code(dtype) == code) {
        return dtype;
      }
    }
    return null;
  }

  static int code(TensorHeader.Digest digest) {
    return switch (digest) {
      case NONE -> 0;
      case CRC32C -> 1;
      case SHA256 -> 2;
    };
  }

  /// Returns the digest with this number, null if a later version may have defined it.
  static TensorHeader.@Nullable Digest digest(int code) {
    for (TensorHeader.Digest digest : TensorHeader.Digest.values()) {
      if (code(digest) == code) {
        return digest;
      }
    }
    return null;
  }

  /// Returns how long a digest of that kind is; -1 for none.
  static int digestBytes(TensorHeader.Digest digest) {
    return switch (digest) {
      case NONE -> -1;
      case CRC32C -> 4;
      case SHA256 -> 32;
    };
  }

  /// Returns the code with which a stream is declined; throws again what ends the session.
  static int codeOf(PeerException e) throws PeerException {
    return switch (e) {
      case PeerException.Overloaded _ -> FaultCode.OVERLOADED.code();
      case PeerException.Refused _ -> FaultCode.REFUSED.code();
      case PeerException.Faulted faulted -> faulted.code();
      default -> throw e;
    };
  }
}
