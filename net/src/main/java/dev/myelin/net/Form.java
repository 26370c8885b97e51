package dev.myelin.net;

import dev.myelin.tensor.DType;
import java.util.Objects;
import java.util.Optional;

/// In which form a tensor travels.
///
/// @param compression whether it is compressed; empty for what the node was configured with
/// @param wire the type in which the elements of an F32 tensor travel: F16, BF16 or Q8_0; they
///   arrive as F32 again, within the bounds of [dev.myelin.wire.pack.Packaging]. Empty, so that it
///   arrives bit for bit. Tensors of other types, and those that are no whole blocks, travel
///   exactly in any case, and so does everything to a peer that cannot widen it
public record Form(Optional<Compression> compression, Optional<DType> wire) {
  public Form {
    Objects.requireNonNull(compression, "compression");
    Objects.requireNonNull(wire, "wire");
    wire.ifPresent(Form::requireNarrow);
  }

  /// Returns the exact form, compressed as the node was configured.
  public static Form exact() {
    return new Form(Optional.empty(), Optional.empty());
  }

  /// Returns a copy that is compressed so.
  public Form compression(Compression other) {
    return new Form(Optional.of(other), wire);
  }

  /// Returns a copy whose elements travel as that type.
  public Form wire(DType other) {
    return new Form(compression, Optional.of(other));
  }

  private static void requireNarrow(DType wire) {
    switch (wire) {
      case F16, BF16, Q8_0 -> {}
      default ->
          throw new IllegalArgumentException("wire: " + wire + " (expected: F16, BF16 or Q8_0)");
    }
  }
}
