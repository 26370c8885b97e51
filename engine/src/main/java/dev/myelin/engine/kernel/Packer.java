package dev.myelin.engine.kernel;

import static dev.myelin.engine.kernel.Packed.FLOAT;
import static dev.myelin.engine.kernel.Packed.INT;
import static dev.myelin.engine.kernel.Packed.LONG;
import static dev.myelin.engine.kernel.Packed.SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;

/// Brings rows from the order of a file into that of a packed matrix.
final class Packer {
  private static final long LOW_HALVES = 0x0F0F0F0F0F0F0F0FL;
  private static final int TOP_BITS = 0x00808080;
  private static final float ZERO = 8;
  private static final int K_BLOCK = 256;
  private static final int MAGNITUDE = 0x7fff;
  // Above it are only infinities.
  private static final int LARGEST_EXPONENT = 30;

  private final Packed.Rows source;
  private final Packed packed;
  private final MemorySegment from;
  private final MemorySegment to;
  private final int group;

  Packer(Packed.Rows source, Packed packed) {
    this.source = source;
    this.packed = packed;
    this.from = source.data();
    this.to = packed.data;
    this.group = packed.group;
  }

  /// Returns by what F16 of the rows will have to be multiplied once they are raised.
  static float unit(Packed.Rows source, Team team, LongConsumer progress) {
    int step =
        switch (source.type()) {
          case F16, Q8_0, Q4_0 -> source.type().bytesPerBlock();
          case F32, BF16, Q4_1, Q4_K, Q5_K, Q6_K -> 0;
        };
    if (step == 0) {
      return 1;
    }
    long rowBytes = source.type().bytesFor(source.columns());
    AtomicInteger most = new AtomicInteger();
    int some = Packed.step(rowBytes);
    for (int from = 0; from < source.count(); from += some) {
      int first = from;
      team.run(
          Math.min(some, source.count() - from),
          (_, row) -> {
            int largest = 0;
            long start = rowBytes * (first + row);
            for (long at = start; at < start + rowBytes; at += step) {
              largest = Math.max(largest, source.data().get(SHORT, at) & MAGNITUDE);
            }
            most.accumulateAndGet(largest, Math::max);
          });
      progress.accept(0);
    }
    int exponent = most.get() >>> 10;
    return Math.scalb(1f, Math.min(0, exponent - LARGEST_EXPONENT));
  }

  private short raised(long at) {
    float number = Float.float16ToFloat(from.get(SHORT, at));
    return packed.unit == 1 ? from.get(SHORT, at) : Float.floatToFloat16(number / packed.unit);
  }

  void pack(int index) {
    long rowBytes = source.type().bytesFor(source.columns());
    for (int lane = 0; lane < group; lane++) {
      int row = index * group + lane;
      if (row < source.count()) {
        packRow(rowBytes * row, packed.offset(index), lane);
      }
    }
  }

  private void packRow(long in, long out, int lane) {
    switch (source.type()) {
      case F32, F16, BF16 -> plain(in, out, lane);
      case Q8_0 -> q8(in, out, lane);
      case Q4_0 -> q4(in, out, lane);
      case Q4_1 -> q41(in, out, lane);
      case Q4_K -> q4k(in, out, lane);
      case Q5_K -> q5k(in, out, lane);
      case Q6_K -> q6k(in, out, lane);
    }
  }

  private void plain(long in, long out, int lane) {
    for (int k = 0; k < source.columns(); k++) {
      long target = (long) k * group + lane;
      switch (source.type()) {
        case F32 -> to.set(INT, out + 4 * target, from.get(INT, in + 4L * k));
        case F16 -> to.set(SHORT, out + 2 * target, raised(in + 2L * k));
        default -> to.set(SHORT, out + 2 * target, from.get(SHORT, in + 2L * k));
      }
    }
  }

  private void q8(long in, long out, int lane) {
    for (int b = 0; b < source.columns() / 32; b++) {
      long block = in + 34L * b;
      long target = out + packed.blockBytes() * b;
      to.set(SHORT, target + 2L * lane, raised(block));
      for (int word = 0; word < 8; word++) {
        int quants = from.get(INT, block + 2 + 4L * word);
        to.set(INT, target + 2L * group + 4L * (word * group + lane), lent(quants));
      }
    }
  }

  private void q4(long in, long out, int lane) {
    for (int b = 0; b < source.columns() / 32; b++) {
      long block = in + 18L * b;
      long target = out + packed.blockBytes() * b;
      to.set(SHORT, target + 2L * lane, raised(block));
      halves(block + 2, target + 2L * group + 4L * lane);
    }
  }

  private void q41(long in, long out, int lane) {
    for (int b = 0; b < source.columns() / 32; b++) {
      long block = in + 20L * b;
      long target = out + packed.blockBytes() * b;
      float scale = Float.float16ToFloat(from.get(SHORT, block));
      float least = Float.float16ToFloat(from.get(SHORT, block + 2));
      scales(target, lane, scale, Math.fma(ZERO, scale, least));
      halves(block + 4, target + 8L * group + 4L * lane);
    }
  }

  // The low halves of sixteen bytes are the first sixteen numbers, the high halves the others.
  private void halves(long in, long out) {
    long low = from.get(LONG, in);
    long high = from.get(LONG, in + 8);
    to.set(INT, out, (int) Long.compress(low, LOW_HALVES));
    to.set(INT, out + 4L * group, (int) Long.compress(high, LOW_HALVES));
    to.set(INT, out + 8L * group, (int) Long.compress(low >>> 4, LOW_HALVES));
    to.set(INT, out + 12L * group, (int) Long.compress(high >>> 4, LOW_HALVES));
  }

  private void scales(long target, int lane, float scale, float least) {
    to.set(FLOAT, target + 4L * lane, scale);
    to.set(FLOAT, target + 4L * group + 4L * lane, least);
  }

  // Eight parts of 32: the low halves of 32 bytes are one part, the high halves the next.
  private void q4k(long in, long out, int lane) {
    for (int part = 0; part < source.columns() / 32; part++) {
      long block = in + 144L * (part / 8);
      long target = out + packed.blockBytes() * part;
      int j = part % 8;
      float scale = scaleK(block, j);
      scales(target, lane, scale, Math.fma(ZERO, scale, leastK(block, j)));
      long bytes = block + 16 + 32L * (j / 2);
      for (int word = 0; word < 4; word++) {
        long eight = from.get(LONG, bytes + 8L * word) >>> (4 * (j % 2));
        int quants = (int) Long.compress(eight, LOW_HALVES);
        to.set(INT, target + 8L * group + 4L * (word * group + lane), quants);
      }
    }
  }

  private float scaleK(long block, int j) {
    return Float.float16ToFloat(from.get(SHORT, block)) * sixBits(block + 4, j, 0);
  }

  private float leastK(long block, int j) {
    return -Float.float16ToFloat(from.get(SHORT, block + 2)) * sixBits(block + 4, j, 4);
  }

  // Twelve bytes hold eight scales and eight least values of six bits each; of the later four of
  // both, the upper two bits stand above the earlier four.
  private int sixBits(long scales, int j, int from4) {
    if (j < 4) {
      return octet(scales + from4 + j) & 63;
    }
    int both = octet(scales + 4 + j);
    int low = from4 == 0 ? both & 15 : both >>> 4;
    return low | ((octet(scales + from4 + j - 4) >>> 6) << 4);
  }

  private void q5k(long in, long out, int lane) {
    for (int part = 0; part < source.columns() / 16; part++) {
      long block = in + 176L * (part / 16);
      int j = part % 16 / 2;
      long target = out + packed.blockBytes() * part;
      scales(target, lane, scaleK(block, j), leastK(block, j));
      for (int word = 0; word < 4; word++) {
        int quants = 0;
        for (int k = 3; k >= 0; k--) {
          int place = 16 * (part % 2) + 4 * word + k;
          int low = (octet(block + 48 + 32L * (j / 2) + place) >>> (4 * (j % 2))) & 15;
          int high = (octet(block + 16 + place) >>> j) & 1;
          quants = (quants << 8) | low | (high << 4);
        }
        to.set(INT, target + 8L * group + 4L * (word * group + lane), quants);
      }
    }
  }

  private void q6k(long in, long out, int lane) {
    for (int part = 0; part < source.columns() / 16; part++) {
      long block = in + 210L * (part / 16);
      int j = part % 16;
      long target = out + packed.blockBytes() * part;
      float scale = Float.float16ToFloat(from.get(SHORT, block + 208));
      scales(target, lane, scale * from.get(ValueLayout.JAVA_BYTE, block + 192 + j), 0);
      for (int word = 0; word < 4; word++) {
        int quants = 0;
        for (int k = 3; k >= 0; k--) {
          quants = (quants << 8) | ((sixth(block, 16 * j + 4 * word + k) - 32) & 0xff);
        }
        to.set(INT, target + 8L * group + 4L * (word * group + lane), lent(quants));
      }
    }
  }

  // Each half of the block: 64 bytes of low halves, 32 bytes of upper pairs of bits, four runs of
  // 32 numbers.
  private int sixth(long block, int k) {
    int half = k / (K_BLOCK / 2);
    int run = k % (K_BLOCK / 2) / 32;
    int place = k % 32;
    int low = (octet(block + 64L * half + 32L * (run % 2) + place) >>> (4 * (run / 2))) & 15;
    int high = (octet(block + 128 + 32L * half + place) >>> (2 * run)) & 3;
    return low | (high << 4);
  }

  // Each byte lends one to the byte above if it is negative.
  private static int lent(int quants) {
    return quants - ((quants & TOP_BITS) << 1);
  }

  private int octet(long at) {
    return from.get(ValueLayout.JAVA_BYTE, at) & 0xff;
  }
}
