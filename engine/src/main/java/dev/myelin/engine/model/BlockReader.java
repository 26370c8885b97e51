package dev.myelin.engine.model;

import dev.myelin.engine.WeightType;
import dev.myelin.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// Reads the numbers that the blocks of a weight stand for.
///
/// Types that tensors may have are read as tensors are.
final class BlockReader {
  /// As tensors hold numbers, whatever the machine does.
  static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// So many numbers at a time; whole blocks.
  static final int STAGE = 1 << 13;

  private static final int HALF = 16;
  private static final int PART = 32;

  private final MemorySegment from;
  private final float[] out;
  private int place;

  private BlockReader(MemorySegment from, float[] out) {
    this.from = from;
    this.out = out;
  }

  /// Puts all numbers of whole blocks at the start of `out`.
  static void read(WeightType type, MemorySegment blocks, float[] out) {
    DType same = sameType(type);
    if (same != null) {
      readAs(same, blocks, type, out);
      return;
    }
    BlockReader reader = new BlockReader(blocks, out);
    for (long at = 0; at < blocks.byteSize(); at += type.bytesPerBlock()) {
      reader.read(type, at);
    }
  }

  private static void readAs(DType same, MemorySegment blocks, WeightType type, float[] out) {
    int count = Math.toIntExact(blocks.byteSize() / type.bytesPerBlock() * type.elementsPerBlock());
    MemorySegment little = MemorySegment.ofArray(new byte[Float.BYTES * Math.min(count, STAGE)]);
    for (int at = 0; at < count; at += STAGE) {
      int some = Math.min(STAGE, count - at);
      MemorySegment from = blocks.asSlice(type.bytesFor(at));
      dev.myelin.tensor.Conversion.convert(same, from, DType.F32, little, some);
      MemorySegment.copy(little, FLOAT, 0, out, at, some);
    }
  }

  /// Returns the type of a tensor whose blocks are the same, or null.
  static @Nullable DType sameType(WeightType type) {
    return switch (type) {
      case F32 -> DType.F32;
      case F16 -> DType.F16;
      case BF16 -> DType.BF16;
      case Q8_0 -> DType.Q8_0;
      case Q4_0 -> DType.Q4_0;
      case Q4_1, Q4_K, Q5_K, Q6_K -> null;
    };
  }

  private void read(WeightType type, long at) {
    switch (type) {
      case Q4_1 -> q41(at, half(at), half(at + 2));
      case Q4_K -> q4k(at);
      case Q5_K -> q5k(at);
      case Q6_K -> q6k(at);
      case F32, F16, BF16, Q8_0, Q4_0 -> throw new IllegalStateException(type + ": read before");
    }
  }

  // The low halves of sixteen bytes are the first sixteen numbers, the high halves the others.
  private void q41(long at, float scale, float least) {
    for (int i = 0; i < PART; i++) {
      int quant = (octet(at + 4 + i % HALF) >>> (i < HALF ? 0 : 4)) & 15;
      put(scale * quant + least);
    }
  }

  private void q4k(long at) {
    for (int part = 0; part < 8; part++) {
      float scale = half(at) * sixBits(at + 4, part, 0);
      float least = half(at + 2) * sixBits(at + 4, part, 4);
      for (int i = 0; i < PART; i++) {
        int quant = (octet(at + 16 + (long) PART * (part / 2) + i) >>> (4 * (part % 2))) & 15;
        put(scale * quant - least);
      }
    }
  }

  private void q5k(long at) {
    for (int part = 0; part < 8; part++) {
      float scale = half(at) * sixBits(at + 4, part, 0);
      float least = half(at + 2) * sixBits(at + 4, part, 4);
      for (int i = 0; i < PART; i++) {
        int low = (octet(at + 48 + (long) PART * (part / 2) + i) >>> (4 * (part % 2))) & 15;
        int high = (octet(at + 16 + i) >>> part) & 1;
        put(scale * (low | (high << 4)) - least);
      }
    }
  }

  private void q6k(long at) {
    float scale = half(at + 208);
    for (int i = 0; i < 256; i++) {
      int run = i % 128 / PART;
      long half = i / 128;
      int low =
          (octet(at + 64 * half + (long) PART * (run % 2) + i % PART) >>> (4 * (run / 2))) & 15;
      int high = (octet(at + 128 + PART * half + i % PART) >>> (2 * run)) & 3;
      put(scale * from.get(GgufValue.BYTE, at + 192 + i / HALF) * ((low | (high << 4)) - PART));
    }
  }

  // Twelve bytes hold eight scales and eight least values of six bits each; of the later four of
  // both, the upper two bits stand above the earlier four.
  private int sixBits(long scales, int part, int offset) {
    if (part < 4) {
      return octet(scales + offset + part) & 63;
    }
    int both = octet(scales + 4 + part);
    int low = offset == 0 ? both & 15 : both >>> 4;
    return low | ((octet(scales + offset + part - 4) >>> 6) << 4);
  }

  private float half(long at) {
    return Float.float16ToFloat(from.get(GgufValue.SHORT, at));
  }

  private int octet(long at) {
    return from.get(GgufValue.BYTE, at) & 0xff;
  }

  private void put(float number) {
    out[place++] = number;
  }
}
