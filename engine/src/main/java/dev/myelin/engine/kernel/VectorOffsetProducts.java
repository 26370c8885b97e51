package dev.myelin.engine.kernel;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// Products of one group of packed rows with one vector, for packings where zero or eight stand for
/// a number other than zero.
///
/// Read [VectorProducts] first. What the offsets add is a product of its own, with sums of the
/// vector.
final class VectorOffsetProducts {
  private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
  private static final VectorShape SHAPE = VectorShape.preferredShape();
  private static final VectorSpecies<Float> F = VectorSpecies.of(float.class, SHAPE);
  private static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, SHAPE);
  private static final VectorSpecies<Short> S = VectorSpecies.of(short.class, SHAPE);
  private static final int L = F.length();
  private static final long VECTOR = F.vectorByteSize();
  private static final float TOP_BYTE = 0x1p-24f;
  private static final float HALF_UNIT = 0x1p-112f;

  private VectorOffsetProducts() {}

  @SuppressWarnings("checkstyle:MethodLength") // Flat, or vectors become objects.
  static void q8Min(Packed w, Column x, float[] y, int group) {
    MemorySegment m = w.data;
    int blocks = w.columns / 16;
    long blockBytes = w.blockBytes();
    long at = w.offset(group);
    float[] bytes = x.bytes;
    float[] sums = x.sums;
    FloatVector a = FloatVector.zero(F);
    FloatVector b = FloatVector.zero(F);
    FloatVector d = FloatVector.zero(F);
    FloatVector e = FloatVector.zero(F);
    for (int block = 0; block < blocks; block++, at += blockBytes) {
      int k = 16 * block;
      FloatVector s0 = FloatVector.zero(F);
      FloatVector s1 = s0;
      FloatVector t0 = s0;
      FloatVector t1 = s0;
      FloatVector c;
      IntVector v;
      IntVector u;
      v = IntVector.fromMemorySegment(I, m, at + 4L * VECTOR, LE);
      u = IntVector.fromMemorySegment(I, m, at + 5L * VECTOR, LE);
      c = FloatVector.broadcast(F, bytes[k + 3]);
      s0 = ((FloatVector) v.convertShape(I2F, F, 0)).fma(c, s0);
      s1 = ((FloatVector) u.convertShape(I2F, F, 0)).fma(c, s1);
      c = FloatVector.broadcast(F, bytes[k + 2]);
      t0 = ((FloatVector) v.lanewise(LSHL, 8).convertShape(I2F, F, 0)).fma(c, t0);
      t1 = ((FloatVector) u.lanewise(LSHL, 8).convertShape(I2F, F, 0)).fma(c, t1);
      c = FloatVector.broadcast(F, bytes[k + 1]);
      s0 = ((FloatVector) v.lanewise(LSHL, 16).convertShape(I2F, F, 0)).fma(c, s0);
      s1 = ((FloatVector) u.lanewise(LSHL, 16).convertShape(I2F, F, 0)).fma(c, s1);
      c = FloatVector.broadcast(F, bytes[k + 0]);
      t0 = ((FloatVector) v.lanewise(LSHL, 24).convertShape(I2F, F, 0)).fma(c, t0);
      t1 = ((FloatVector) u.lanewise(LSHL, 24).convertShape(I2F, F, 0)).fma(c, t1);
      v = IntVector.fromMemorySegment(I, m, at + 6L * VECTOR, LE);
      u = IntVector.fromMemorySegment(I, m, at + 7L * VECTOR, LE);
      c = FloatVector.broadcast(F, bytes[k + 7]);
      s0 = ((FloatVector) v.convertShape(I2F, F, 0)).fma(c, s0);
      s1 = ((FloatVector) u.convertShape(I2F, F, 0)).fma(c, s1);
      c = FloatVector.broadcast(F, bytes[k + 6]);
      t0 = ((FloatVector) v.lanewise(LSHL, 8).convertShape(I2F, F, 0)).fma(c, t0);
      t1 = ((FloatVector) u.lanewise(LSHL, 8).convertShape(I2F, F, 0)).fma(c, t1);
      c = FloatVector.broadcast(F, bytes[k + 5]);
      s0 = ((FloatVector) v.lanewise(LSHL, 16).convertShape(I2F, F, 0)).fma(c, s0);
      s1 = ((FloatVector) u.lanewise(LSHL, 16).convertShape(I2F, F, 0)).fma(c, s1);
      c = FloatVector.broadcast(F, bytes[k + 4]);
      t0 = ((FloatVector) v.lanewise(LSHL, 24).convertShape(I2F, F, 0)).fma(c, t0);
      t1 = ((FloatVector) u.lanewise(LSHL, 24).convertShape(I2F, F, 0)).fma(c, t1);
      v = IntVector.fromMemorySegment(I, m, at + 8L * VECTOR, LE);
      u = IntVector.fromMemorySegment(I, m, at + 9L * VECTOR, LE);
      c = FloatVector.broadcast(F, bytes[k + 11]);
      s0 = ((FloatVector) v.convertShape(I2F, F, 0)).fma(c, s0);
      s1 = ((FloatVector) u.convertShape(I2F, F, 0)).fma(c, s1);
      c = FloatVector.broadcast(F, bytes[k + 10]);
      t0 = ((FloatVector) v.lanewise(LSHL, 8).convertShape(I2F, F, 0)).fma(c, t0);
      t1 = ((FloatVector) u.lanewise(LSHL, 8).convertShape(I2F, F, 0)).fma(c, t1);
      c = FloatVector.broadcast(F, bytes[k + 9]);
      s0 = ((FloatVector) v.lanewise(LSHL, 16).convertShape(I2F, F, 0)).fma(c, s0);
      s1 = ((FloatVector) u.lanewise(LSHL, 16).convertShape(I2F, F, 0)).fma(c, s1);
      c = FloatVector.broadcast(F, bytes[k + 8]);
      t0 = ((FloatVector) v.lanewise(LSHL, 24).convertShape(I2F, F, 0)).fma(c, t0);
      t1 = ((FloatVector) u.lanewise(LSHL, 24).convertShape(I2F, F, 0)).fma(c, t1);
      v = IntVector.fromMemorySegment(I, m, at + 10L * VECTOR, LE);
      u = IntVector.fromMemorySegment(I, m, at + 11L * VECTOR, LE);
      c = FloatVector.broadcast(F, bytes[k + 15]);
      s0 = ((FloatVector) v.convertShape(I2F, F, 0)).fma(c, s0);
      s1 = ((FloatVector) u.convertShape(I2F, F, 0)).fma(c, s1);
      c = FloatVector.broadcast(F, bytes[k + 14]);
      t0 = ((FloatVector) v.lanewise(LSHL, 8).convertShape(I2F, F, 0)).fma(c, t0);
      t1 = ((FloatVector) u.lanewise(LSHL, 8).convertShape(I2F, F, 0)).fma(c, t1);
      c = FloatVector.broadcast(F, bytes[k + 13]);
      s0 = ((FloatVector) v.lanewise(LSHL, 16).convertShape(I2F, F, 0)).fma(c, s0);
      s1 = ((FloatVector) u.lanewise(LSHL, 16).convertShape(I2F, F, 0)).fma(c, s1);
      c = FloatVector.broadcast(F, bytes[k + 12]);
      t0 = ((FloatVector) v.lanewise(LSHL, 24).convertShape(I2F, F, 0)).fma(c, t0);
      t1 = ((FloatVector) u.lanewise(LSHL, 24).convertShape(I2F, F, 0)).fma(c, t1);
      c = FloatVector.broadcast(F, sums[block]);
      a = s0.add(t0).fma(FloatVector.fromMemorySegment(F, m, at, LE), a);
      b = s1.add(t1).fma(FloatVector.fromMemorySegment(F, m, at + VECTOR, LE), b);
      d = FloatVector.fromMemorySegment(F, m, at + 2 * VECTOR, LE).fma(c, d);
      e = FloatVector.fromMemorySegment(F, m, at + 3 * VECTOR, LE).fma(c, e);
    }
    a.fma(FloatVector.broadcast(F, TOP_BYTE), d).intoArray(y, group * 2 * L);
    b.fma(FloatVector.broadcast(F, TOP_BYTE), e).intoArray(y, group * 2 * L + L);
  }

  @SuppressWarnings("checkstyle:MethodLength") // Flat, or vectors become objects.
  static void q4Min(Packed w, Column x, float[] y, int group) {
    MemorySegment m = w.data;
    int blocks = w.columns / 32;
    long blockBytes = w.blockBytes();
    long at = w.offset(group);
    int[] shorts = x.shorts;
    int[] starts = x.starts;
    float[] scales = x.scales;
    float[] sums = x.sums;
    FloatVector a = FloatVector.zero(F);
    FloatVector b = FloatVector.zero(F);
    FloatVector d = FloatVector.zero(F);
    FloatVector e = FloatVector.zero(F);
    for (int block = 0; block < blocks; block++, at += blockBytes) {
      int k = 16 * block;
      ShortVector s0 = IntVector.broadcast(I, starts[block]).reinterpretAsShorts();
      ShortVector s1 = s0;
      ShortVector t0 = ShortVector.zero(S);
      ShortVector t1 = t0;
      ShortVector c;
      IntVector v;
      IntVector u;
      v = IntVector.fromMemorySegment(I, m, at + 4L * VECTOR, LE);
      u = IntVector.fromMemorySegment(I, m, at + 5L * VECTOR, LE);
      c = IntVector.broadcast(I, shorts[k + 0]).reinterpretAsShorts();
      s0 = s0.add(v.reinterpretAsShorts().mul(c));
      s1 = s1.add(u.reinterpretAsShorts().mul(c));
      c = IntVector.broadcast(I, shorts[k + 1]).reinterpretAsShorts();
      t0 = t0.add(v.lanewise(LSHR, 4).reinterpretAsShorts().mul(c));
      t1 = t1.add(u.lanewise(LSHR, 4).reinterpretAsShorts().mul(c));
      c = IntVector.broadcast(I, shorts[k + 2]).reinterpretAsShorts();
      s0 = s0.add(v.lanewise(LSHR, 8).reinterpretAsShorts().mul(c));
      s1 = s1.add(u.lanewise(LSHR, 8).reinterpretAsShorts().mul(c));
      c = IntVector.broadcast(I, shorts[k + 3]).reinterpretAsShorts();
      t0 = t0.add(v.lanewise(LSHR, 12).reinterpretAsShorts().mul(c));
      t1 = t1.add(u.lanewise(LSHR, 12).reinterpretAsShorts().mul(c));
      v = IntVector.fromMemorySegment(I, m, at + 6L * VECTOR, LE);
      u = IntVector.fromMemorySegment(I, m, at + 7L * VECTOR, LE);
      c = IntVector.broadcast(I, shorts[k + 4]).reinterpretAsShorts();
      s0 = s0.add(v.reinterpretAsShorts().mul(c));
      s1 = s1.add(u.reinterpretAsShorts().mul(c));
      c = IntVector.broadcast(I, shorts[k + 5]).reinterpretAsShorts();
      t0 = t0.add(v.lanewise(LSHR, 4).reinterpretAsShorts().mul(c));
      t1 = t1.add(u.lanewise(LSHR, 4).reinterpretAsShorts().mul(c));
      c = IntVector.broadcast(I, shorts[k + 6]).reinterpretAsShorts();
      s0 = s0.add(v.lanewise(LSHR, 8).reinterpretAsShorts().mul(c));
      s1 = s1.add(u.lanewise(LSHR, 8).reinterpretAsShorts().mul(c));
      c = IntVector.broadcast(I, shorts[k + 7]).reinterpretAsShorts();
      t0 = t0.add(v.lanewise(LSHR, 12).reinterpretAsShorts().mul(c));
      t1 = t1.add(u.lanewise(LSHR, 12).reinterpretAsShorts().mul(c));
      v = IntVector.fromMemorySegment(I, m, at + 8L * VECTOR, LE);
      u = IntVector.fromMemorySegment(I, m, at + 9L * VECTOR, LE);
      c = IntVector.broadcast(I, shorts[k + 8]).reinterpretAsShorts();
      s0 = s0.add(v.reinterpretAsShorts().mul(c));
      s1 = s1.add(u.reinterpretAsShorts().mul(c));
      c = IntVector.broadcast(I, shorts[k + 9]).reinterpretAsShorts();
      t0 = t0.add(v.lanewise(LSHR, 4).reinterpretAsShorts().mul(c));
      t1 = t1.add(u.lanewise(LSHR, 4).reinterpretAsShorts().mul(c));
      c = IntVector.broadcast(I, shorts[k + 10]).reinterpretAsShorts();
      s0 = s0.add(v.lanewise(LSHR, 8).reinterpretAsShorts().mul(c));
      s1 = s1.add(u.lanewise(LSHR, 8).reinterpretAsShorts().mul(c));
      c = IntVector.broadcast(I, shorts[k + 11]).reinterpretAsShorts();
      t0 = t0.add(v.lanewise(LSHR, 12).reinterpretAsShorts().mul(c));
      t1 = t1.add(u.lanewise(LSHR, 12).reinterpretAsShorts().mul(c));
      v = IntVector.fromMemorySegment(I, m, at + 10L * VECTOR, LE);
      u = IntVector.fromMemorySegment(I, m, at + 11L * VECTOR, LE);
      c = IntVector.broadcast(I, shorts[k + 12]).reinterpretAsShorts();
      s0 = s0.add(v.reinterpretAsShorts().mul(c));
      s1 = s1.add(u.reinterpretAsShorts().mul(c));
      c = IntVector.broadcast(I, shorts[k + 13]).reinterpretAsShorts();
      t0 = t0.add(v.lanewise(LSHR, 4).reinterpretAsShorts().mul(c));
      t1 = t1.add(u.lanewise(LSHR, 4).reinterpretAsShorts().mul(c));
      c = IntVector.broadcast(I, shorts[k + 14]).reinterpretAsShorts();
      s0 = s0.add(v.lanewise(LSHR, 8).reinterpretAsShorts().mul(c));
      s1 = s1.add(u.lanewise(LSHR, 8).reinterpretAsShorts().mul(c));
      c = IntVector.broadcast(I, shorts[k + 15]).reinterpretAsShorts();
      t0 = t0.add(v.lanewise(LSHR, 12).reinterpretAsShorts().mul(c));
      t1 = t1.add(u.lanewise(LSHR, 12).reinterpretAsShorts().mul(c));
      FloatVector scale = FloatVector.broadcast(F, scales[block]);
      FloatVector sum = FloatVector.broadcast(F, sums[2 * block] + sums[2 * block + 1]);
      v = s0.add(t0).reinterpretAsInts();
      v = v.add(v.lanewise(LSHL, 16)).lanewise(ASHR, 16);
      u = s1.add(t1).reinterpretAsInts();
      u = u.add(u.lanewise(LSHL, 16)).lanewise(ASHR, 16);
      a =
          ((FloatVector) v.convertShape(I2F, F, 0))
              .fma(FloatVector.fromMemorySegment(F, m, at, LE).mul(scale), a);
      b =
          ((FloatVector) u.convertShape(I2F, F, 0))
              .fma(FloatVector.fromMemorySegment(F, m, at + VECTOR, LE).mul(scale), b);
      d = FloatVector.fromMemorySegment(F, m, at + 2 * VECTOR, LE).fma(sum, d);
      e = FloatVector.fromMemorySegment(F, m, at + 3 * VECTOR, LE).fma(sum, e);
    }
    a.fma(FloatVector.broadcast(F, HALF_UNIT), d).intoArray(y, group * 2 * L);
    b.fma(FloatVector.broadcast(F, HALF_UNIT), e).intoArray(y, group * 2 * L + L);
  }
}
