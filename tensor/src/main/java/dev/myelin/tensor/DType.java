package dev.myelin.tensor;

/// The element type of a tensor, counted in blocks because quantised types are.
///
/// A plain type has one element per block. A block type packs several elements with their scale.
public enum DType {
  F64(1, 8),
  F32(1, 4),
  F16(1, 2),
  BF16(1, 2),
  I64(1, 8),
  I32(1, 4),
  I16(1, 2),
  I8(1, 1),
  U64(1, 8),
  U32(1, 4),
  U16(1, 2),
  U8(1, 1),
  BOOL(1, 1),
  Q8_0(32, 34),
  Q4_0(32, 18);

  private final int elementsPerBlock;
  private final int bytesPerBlock;

  DType(int elementsPerBlock, int bytesPerBlock) {
    this.elementsPerBlock = elementsPerBlock;
    this.bytesPerBlock = bytesPerBlock;
  }

  /// Returns how many elements stand in one block; one for plain types.
  public int elementsPerBlock() {
    return elementsPerBlock;
  }

  /// Returns how many bytes one block takes.
  public int bytesPerBlock() {
    return bytesPerBlock;
  }

  /// Returns the exact byte size of that many elements.
  ///
  /// @throws IllegalArgumentException if `elements` is negative, ends inside a block, or the size
  ///   exceeds a long
  public long bytesFor(long elements) {
    if (elements < 0 || elements % elementsPerBlock != 0) {
      throw new IllegalArgumentException(
          "elements: "
              + elements
              + " (expected: a multiple of "
              + elementsPerBlock
              + " for "
              + this
              + ")");
    }
    try {
      return Math.multiplyExact(elements / elementsPerBlock, (long) bytesPerBlock);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "elements: " + elements + " of " + this + " (expected: bytes within a long)", e);
    }
  }
}
