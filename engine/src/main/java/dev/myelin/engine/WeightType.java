package dev.myelin.engine;

/// How the numbers of a weight stand in a file, counted in blocks as the quantised types are.
///
/// The names and numbers are those of GGUF.
public enum WeightType {
  F32(0, 1, 4),
  F16(1, 1, 2),
  BF16(30, 1, 2),
  Q8_0(8, 32, 34),
  Q4_0(2, 32, 18),
  Q4_1(3, 32, 20),
  Q4_K(12, 256, 144),
  Q5_K(13, 256, 176),
  Q6_K(14, 256, 210);

  private final int number;
  private final int elementsPerBlock;
  private final int bytesPerBlock;

  WeightType(int number, int elementsPerBlock, int bytesPerBlock) {
    this.number = number;
    this.elementsPerBlock = elementsPerBlock;
    this.bytesPerBlock = bytesPerBlock;
  }

  /// Returns the number of the type in GGUF.
  public int number() {
    return number;
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
  /// @throws IllegalArgumentException if `elements` is negative or ends inside a block
  /// @throws ArithmeticException if the size exceeds a long
  public long bytesFor(long elements) {
    if (elements < 0 || elements % elementsPerBlock != 0) {
      throw new IllegalArgumentException(
          ("elements: " + elements)
              + (" (expected: a multiple of " + elementsPerBlock + " for " + this + ")"));
    }
    return Math.multiplyExact(elements / elementsPerBlock, (long) bytesPerBlock);
  }
}
