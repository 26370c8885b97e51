package dev.myelin.wire.pack;

import dev.myelin.tensor.Conversion;
import dev.myelin.tensor.DType;
import java.util.Objects;

/// In which form the elements of one stream travel.
///
/// Exact, unless `wire` differs from `held`: then an F32 tensor travels narrower and arrives as F32
/// again, and `x` arrives within
///
/// | wire | of `x` |
/// |---|---|
/// | F16 | `2^-11 |x|`, or `2^-25` if that is more; from 65520 on it arrives infinite |
/// | BF16 | `2^-8 |x|`; below `2^-126`, `2^-134` |
/// | Q8_0 | `(1/254 + 1/2048) M + 2^-18`, where `M` is the largest of its block, at most 8e6 |
///
/// NaN arrives as NaN, in Q8_0 not.
///
/// @param held what the tensor is at both ends
/// @param wire what its elements are in between
/// @param shuffle the bytes of the elements that are taken apart: 1 (not at all), 2, 4 or 8
public record Packaging(DType held, DType wire, int shuffle) {
  public Packaging {
    Objects.requireNonNull(held, "held");
    Objects.requireNonNull(wire, "wire");
    if (!isPossible(held, wire)) {
      throw new IllegalArgumentException(
          "wire: " + wire + " (expected: " + held + ", or F16, BF16, Q8_0 for F32)");
    }
    if (!Shuffle.knows(shuffle)) {
      throw new IllegalArgumentException("shuffle: " + shuffle + " (expected: 1, 2, 4 or 8)");
    }
  }

  /// Returns the form in which elements of that type travel as that other type.
  public static Packaging of(DType held, DType wire) {
    int bytes = wire.bytesPerBlock();
    return new Packaging(held, wire, wire.elementsPerBlock() == 1 ? bytes : 1);
  }

  /// Returns whether a tensor can travel as that type.
  public static boolean isPossible(DType held, DType wire) {
    return held == wire || (held == DType.F32 && Conversion.isSupported(held, wire));
  }

  /// Returns whether it arrives as it left, bit for bit.
  public boolean isExact() {
    return held == wire;
  }

  /// Returns of how many bytes of the tensor each chunk must be a multiple.
  public int unit() {
    return isExact() ? 1 : wire.elementsPerBlock() * held.bytesPerBlock();
  }

  /// Returns how many bytes so many bytes of the tensor are on the way, before they are packed.
  int wireBytes(int heldBytes) {
    return isExact() ? heldBytes : heldBytes / unit() * wire.bytesPerBlock();
  }
}
