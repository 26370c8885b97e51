package dev.myelin.engine.kernel;

import dev.myelin.engine.WeightType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.function.LongConsumer;

/// A matrix of weights as kernels read it: groups of rows, in each group blocks of columns.
///
/// Rows are filled up with zeros to a whole group. The memory belongs to the arena that it was
/// packed into.
public final class Packed {
  static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int ALIGNMENT = 64;
  // So much is packed until somebody is told; a moment, even from a slow disk.
  private static final long PIECE = 16L << 20;

  final Packing packing;
  final int rows;
  final int columns;
  final int group;
  final MemorySegment data;

  /// By what F16 in the data is multiplied, numbers or scales: a power of two. A product with a
  /// number below the normal ones of F32 takes a hundred times as long, and the way from F16 to F32
  /// leads there, so that the numbers are raised as far as F16 has room for.
  final float unit;

  private Packed(Rows source, int group, MemorySegment data, float unit) {
    this.packing = Packing.of(source.type());
    this.rows = source.count();
    this.columns = source.columns();
    this.group = group;
    this.data = data;
    this.unit = unit;
  }

  /// Returns a matrix packed from rows as a file has them.
  ///
  /// @param source the rows, one after the other, each of whole blocks
  /// @param lanes of the kernels that will read it
  public static Packed of(Rows source, int lanes, Arena arena, Team team) {
    return of(source, lanes, arena, team, _ -> {});
  }

  /// Returns a matrix likewise.
  ///
  /// @param progress is told every moment how many bytes were packed since it was told last; what
  ///   it throws ends the packing
  public static Packed of(Rows source, int lanes, Arena arena, Team team, LongConsumer progress) {
    long bytes = bytes(source.type(), source.count(), source.columns(), lanes);
    MemorySegment data = arena.allocate(Math.max(1, bytes), ALIGNMENT);
    Packed packed = new Packed(source, 2 * lanes, data, Packer.unit(source, team, progress));
    long each = packed.blockBytes() * (source.columns() / packed.packing.columns());
    int step = step(each);
    for (int from = 0; from < packed.groups(); from += step) {
      int first = from;
      int count = Math.min(step, packed.groups() - from);
      team.run(count, (_, item) -> new Packer(source, packed).pack(first + item));
      progress.accept(count * each);
    }
    return packed;
  }

  /// Returns how many things of that size are done until somebody is told.
  static int step(long bytesEach) {
    return Math.clamp(PIECE / Math.max(1, bytesEach), 1, Integer.MAX_VALUE);
  }

  /// Returns how many bytes a matrix will take.
  public static long bytes(WeightType type, int rows, int columns, int lanes) {
    Packing packing = Packing.of(type);
    long groups = Math.ceilDiv(rows, 2 * lanes);
    long perGroup = 2L * lanes * packing.bytes() * (columns / packing.columns());
    return Math.multiplyExact(groups, perGroup);
  }

  /// Returns the number of rows.
  public int rows() {
    return rows;
  }

  /// Returns the number of columns.
  public int columns() {
    return columns;
  }

  /// Returns how many groups the rows make.
  public int groups() {
    return Math.ceilDiv(rows, group);
  }

  /// Returns where the group starts.
  long offset(int index) {
    return index * blockBytes() * (columns / packing.columns());
  }

  long blockBytes() {
    return (long) packing.bytes() * group;
  }

  /// Writes the numbers of one row.
  public void row(int row, float[] target, int from) {
    long start = offset(row / group);
    int lane = row % group;
    for (int k = 0; k < columns; k++) {
      long block = start + blockBytes() * (k / packing.columns());
      target[from + k] = element(block, lane, k % packing.columns());
    }
  }

  /// Returns one number; the readable form of every packing.
  float element(long block, int lane, int k) {
    return switch (packing) {
      case F32 -> data.get(FLOAT, block + 4L * lane);
      case F16 -> scale(block, lane);
      case BF16 -> Float.intBitsToFloat(data.get(SHORT, block + 2L * lane) << 16);
      case Q8 -> scale(block, lane) * signed(data.get(INT, block + quants(k / 4, lane, 2)), k % 4);
      case Q4 -> scale(block, lane) * (half(block + quants(k / 8, lane, 2), k % 8) - 8);
      case Q4_MIN ->
          Math.fma(
              data.get(FLOAT, block + 4L * lane),
              half(block + quants(k / 8, lane, 8), k % 8) - 8,
              offset(block, lane));
      case Q8_MIN ->
          Math.fma(
              data.get(FLOAT, block + 4L * lane),
              signed(data.get(INT, block + quants(k / 4, lane, 8)), k % 4),
              offset(block, lane));
    };
  }

  private long quants(int word, int lane, int headBytes) {
    return (long) headBytes * group + 4L * ((long) word * group + lane);
  }

  private float scale(long block, int lane) {
    return Float.float16ToFloat(data.get(SHORT, block + 2L * lane)) * unit;
  }

  float offset(long block, int lane) {
    return data.get(FLOAT, block + 4L * group + 4L * lane);
  }

  private int half(long at, int k) {
    return (data.get(INT, at) >>> (4 * k)) & 15;
  }

  // Each byte lent one to the byte above if it is negative: given back, the byte is itself.
  private static int signed(int word, int k) {
    int rest = word;
    for (int i = 0; i < k; i++) {
      rest = (rest - (byte) rest) >> 8;
    }
    return (byte) rest;
  }

  /// Rows of weights as a file has them.
  ///
  /// @param data the rows, one after the other; borrowed
  /// @param count how many
  /// @param columns how many numbers each has, whole blocks
  public record Rows(WeightType type, MemorySegment data, int count, int columns) {
    /// @throws IllegalArgumentException if the memory has not the size that the rows need
    public Rows {
      long expected = Math.multiplyExact(type.bytesFor(columns), count);
      if (data.byteSize() != expected) {
        throw new IllegalArgumentException(
            "rows: " + data.byteSize() + " bytes (expected: " + expected + ")");
      }
    }

    /// Returns some of the rows.
    public Rows part(int from, int to) {
      long each = type.bytesFor(columns);
      return new Rows(type, data.asSlice(each * from, each * (to - from)), to - from, columns);
    }
  }
}
