package dev.myelin.wire;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import java.util.Objects;

/// What a receiver knows of a tensor before its bytes: name, element type, extents, and how its
/// bytes are checked.
public record TensorHeader(String name, DType dtype, Shape shape, Digest digest) {
  /// How the bytes of a tensor are checked end to end.
  public enum Digest {
    /// Not at all.
    NONE,
    /// CRC-32C: finds accidents.
    CRC32C,
    /// SHA-256: names the content.
    SHA256
  }

  public TensorHeader {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(dtype, "dtype");
    Objects.requireNonNull(shape, "shape");
    Objects.requireNonNull(digest, "digest");
    dtype.bytesFor(shape.elements());
  }

  /// Returns the exact size of the tensor in bytes.
  public long byteSize() {
    return dtype.bytesFor(shape.elements());
  }
}
