package dev.myelin.engine.model;

import dev.myelin.engine.WeightType;
import java.lang.foreign.MemorySegment;

/// Reads the numbers that the blocks of a weight stand for.
final class BlockReader {
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
    BlockReader reader = new BlockReader(blocks, out);
    for (long at = 0; at < blocks.byteSize(); at += type.bytesPerBlock()) {
      reader.read(type, at);
    }
  }

  private void read(WeightType type, long at) {
    switch (type) {
      case F32 -> put(Float.intBitsToFloat(from.get(GgufValue.INT, at)));
      case F16 -> put(half(at));
      case BF16 -> put(Float.intBitsToFloat(from.get(GgufValue.SHORT, at) << 16));
      case Q8_0 -> q8(at);
      case Q4_0 -> nibbles(at + 2, half(at), -8 * half(at));
      case Q4_1 -> nibbles(at + 4, half(at), half(at + 2));
      case Q4_K -> q4k(at);
      case Q5_K -> q5k(at);
      case Q6_K -> q6k(at);
    }
  }

  private void q8(long at) {
    float scale = half(at);
    for (int i = 0; i < PART; i++) {
      put(scale * from.get(GgufValue.BYTE, at + 2 + i));
    }
  }

  // The low halves of sixteen bytes are the first sixteen numbers, the high halves the others.
  private void nibbles(long at, float scale, float least) {
    for (int i = 0; i < PART; i++) {
      int quant = (octet(at + i % HALF) >>> (i < HALF ? 0 : 4)) & 15;
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
