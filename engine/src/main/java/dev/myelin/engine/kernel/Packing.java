package dev.myelin.engine.kernel;

import dev.myelin.engine.WeightType;

/// How the numbers of a packed matrix stand in memory, by blocks of columns of one group of rows.
///
/// A group is two vectors of rows. Within a block each number of all its rows stands together, so
/// that a vector holds the same column of as many rows, and no sum across a vector is ever needed.
///
/// | packing | a block, for each row of the group |
/// |---|---|
/// | F32, F16, BF16 | one number |
/// | Q8 | a scale F16; eight ints of four signed bytes, each borrowing from the one above |
/// | Q4 | a scale F16; four ints of eight unsigned halves, eight above their value |
/// | Q4_MIN | a scale and what eight stands for F32; four ints like those of Q4 |
/// | Q8_MIN | a scale and what zero stands for F32; four ints like those of Q8 |
enum Packing {
  F32(1, 4),
  F16(1, 2),
  BF16(1, 2),
  Q8(32, 34),
  Q4(32, 18),
  Q4_MIN(32, 24),
  Q8_MIN(16, 24);

  private final int columns;
  private final int bytes;

  Packing(int columns, int bytes) {
    this.columns = columns;
    this.bytes = bytes;
  }

  static Packing of(WeightType type) {
    return switch (type) {
      case F32 -> F32;
      case F16 -> F16;
      case BF16 -> BF16;
      case Q8_0 -> Q8;
      case Q4_0 -> Q4;
      case Q4_1, Q4_K -> Q4_MIN;
      case Q5_K, Q6_K -> Q8_MIN;
    };
  }

  /// Returns how many columns a block has.
  int columns() {
    return columns;
  }

  /// Returns how many bytes a block takes for each row of a group.
  int bytes() {
    return bytes;
  }
}
