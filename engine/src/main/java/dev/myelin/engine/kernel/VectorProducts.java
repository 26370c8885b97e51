package dev.myelin.engine.kernel;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.S2I;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// Products of one group of packed rows with one vector, for each packing.
///
/// Numbers of several columns share a lane. Instead of taking them apart, what overlaps is counted
/// in and undone by the coefficients that [Column] prepares, and where halves or bytes run over,
/// arithmetic modulo the width of the lane comes out right in the end. F16 becomes F32 by a shift
/// that leaves the exponent too small by 112, made good in a scale.
///
/// Every body is flat on purpose: past a certain size the compiler stops inlining methods of ours,
/// and each vector would become an object.
final class VectorProducts {
  private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
  private static final VectorShape SHAPE = VectorShape.preferredShape();
  private static final VectorSpecies<Float> F = VectorSpecies.of(float.class, SHAPE);
  private static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, SHAPE);
  private static final VectorSpecies<Short> S = VectorSpecies.of(short.class, SHAPE);
  private static final VectorSpecies<Short> H =
      VectorSpecies.of(short.class, VectorShape.forBitSize(SHAPE.vectorBitSize() / 2));
  private static final int L = F.length();
  private static final long VECTOR = F.vectorByteSize();
  private static final int HALF = 0x8fffffff;
  private static final float HALF_SCALE = 0x1p112f;
  private static final float BYTE_SCALE = 0x1p88f;

  private VectorProducts() {}

  @SuppressWarnings("checkstyle:MethodLength") // Flat, or vectors become objects.
  static void q4(Packed w, Column x, float[] y, int group) {
    MemorySegment m = w.data;
    int blocks = w.columns / 32;
    long blockBytes = w.blockBytes();
    long at = w.offset(group);
    int[] shorts = x.shorts;
    int[] starts = x.starts;
    float[] scales = x.scales;
    FloatVector a = FloatVector.zero(F);
    FloatVector b = FloatVector.zero(F);
    for (int block = 0; block < blocks; block++, at += blockBytes) {
      int k = 16 * block;
      ShortVector s0 = IntVector.broadcast(I, starts[block]).reinterpretAsShorts();
      ShortVector s1 = s0;
      ShortVector t0 = ShortVector.zero(S);
      ShortVector t1 = t0;
      ShortVector c;
      IntVector v;
      IntVector u;
      v = IntVector.fromMemorySegment(I, m, at + 4L * L + 0L * VECTOR, LE);
      u = IntVector.fromMemorySegment(I, m, at + 4L * L + 1L * VECTOR, LE);
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
      v = IntVector.fromMemorySegment(I, m, at + 4L * L + 2L * VECTOR, LE);
      u = IntVector.fromMemorySegment(I, m, at + 4L * L + 3L * VECTOR, LE);
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
      v = IntVector.fromMemorySegment(I, m, at + 4L * L + 4L * VECTOR, LE);
      u = IntVector.fromMemorySegment(I, m, at + 4L * L + 5L * VECTOR, LE);
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
      v = IntVector.fromMemorySegment(I, m, at + 4L * L + 6L * VECTOR, LE);
      u = IntVector.fromMemorySegment(I, m, at + 4L * L + 7L * VECTOR, LE);
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
      v = s0.add(t0).reinterpretAsInts();
      v = v.add(v.lanewise(LSHL, 16)).lanewise(ASHR, 16);
      u = s1.add(t1).reinterpretAsInts();
      u = u.add(u.lanewise(LSHL, 16)).lanewise(ASHR, 16);
      IntVector d = (IntVector) ShortVector.fromMemorySegment(H, m, at, LE).convertShape(S2I, I, 0);
      IntVector e =
          (IntVector) ShortVector.fromMemorySegment(H, m, at + 2L * L, LE).convertShape(S2I, I, 0);
      a =
          ((FloatVector) v.convertShape(I2F, F, 0))
              .fma(d.lanewise(LSHL, 13).and(HALF).reinterpretAsFloats().mul(scale), a);
      b =
          ((FloatVector) u.convertShape(I2F, F, 0))
              .fma(e.lanewise(LSHL, 13).and(HALF).reinterpretAsFloats().mul(scale), b);
    }
    a.mul(w.unit).intoArray(y, group * 2 * L);
    b.mul(w.unit).intoArray(y, group * 2 * L + L);
  }

  @SuppressWarnings("checkstyle:MethodLength") // Flat, or vectors become objects.
  static void q8(Packed w, Column x, float[] y, int group) {
    MemorySegment m = w.data;
    int blocks = w.columns / 32;
    long blockBytes = w.blockBytes();
    long at = w.offset(group);
    float[] bytes = x.bytes;
    FloatVector a = FloatVector.zero(F);
    FloatVector b = FloatVector.zero(F);
    for (int block = 0; block < blocks; block++, at += blockBytes) {
      int k = 32 * block;
      FloatVector s0 = FloatVector.zero(F);
      FloatVector s1 = s0;
      FloatVector t0 = s0;
      FloatVector t1 = s0;
      FloatVector c;
      IntVector v;
      IntVector u;
      v = IntVector.fromMemorySegment(I, m, at + 4L * L + 0L * VECTOR, LE);
      u = IntVector.fromMemorySegment(I, m, at + 4L * L + 1L * VECTOR, LE);
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
      v = IntVector.fromMemorySegment(I, m, at + 4L * L + 2L * VECTOR, LE);
      u = IntVector.fromMemorySegment(I, m, at + 4L * L + 3L * VECTOR, LE);
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
      v = IntVector.fromMemorySegment(I, m, at + 4L * L + 4L * VECTOR, LE);
      u = IntVector.fromMemorySegment(I, m, at + 4L * L + 5L * VECTOR, LE);
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
      v = IntVector.fromMemorySegment(I, m, at + 4L * L + 6L * VECTOR, LE);
      u = IntVector.fromMemorySegment(I, m, at + 4L * L + 7L * VECTOR, LE);
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
      v = IntVector.fromMemorySegment(I, m, at + 4L * L + 8L * VECTOR, LE);
      u = IntVector.fromMemorySegment(I, m, at + 4L * L + 9L * VECTOR, LE);
      c = FloatVector.broadcast(F, bytes[k + 19]);
      s0 = ((FloatVector) v.convertShape(I2F, F, 0)).fma(c, s0);
      s1 = ((FloatVector) u.convertShape(I2F, F, 0)).fma(c, s1);
      c = FloatVector.broadcast(F, bytes[k + 18]);
      t0 = ((FloatVector) v.lanewise(LSHL, 8).convertShape(I2F, F, 0)).fma(c, t0);
      t1 = ((FloatVector) u.lanewise(LSHL, 8).convertShape(I2F, F, 0)).fma(c, t1);
      c = FloatVector.broadcast(F, bytes[k + 17]);
      s0 = ((FloatVector) v.lanewise(LSHL, 16).convertShape(I2F, F, 0)).fma(c, s0);
      s1 = ((FloatVector) u.lanewise(LSHL, 16).convertShape(I2F, F, 0)).fma(c, s1);
      c = FloatVector.broadcast(F, bytes[k + 16]);
      t0 = ((FloatVector) v.lanewise(LSHL, 24).convertShape(I2F, F, 0)).fma(c, t0);
      t1 = ((FloatVector) u.lanewise(LSHL, 24).convertShape(I2F, F, 0)).fma(c, t1);
      v = IntVector.fromMemorySegment(I, m, at + 4L * L + 10L * VECTOR, LE);
      u = IntVector.fromMemorySegment(I, m, at + 4L * L + 11L * VECTOR, LE);
      c = FloatVector.broadcast(F, bytes[k + 23]);
      s0 = ((FloatVector) v.convertShape(I2F, F, 0)).fma(c, s0);
      s1 = ((FloatVector) u.convertShape(I2F, F, 0)).fma(c, s1);
      c = FloatVector.broadcast(F, bytes[k + 22]);
      t0 = ((FloatVector) v.lanewise(LSHL, 8).convertShape(I2F, F, 0)).fma(c, t0);
      t1 = ((FloatVector) u.lanewise(LSHL, 8).convertShape(I2F, F, 0)).fma(c, t1);
      c = FloatVector.broadcast(F, bytes[k + 21]);
      s0 = ((FloatVector) v.lanewise(LSHL, 16).convertShape(I2F, F, 0)).fma(c, s0);
      s1 = ((FloatVector) u.lanewise(LSHL, 16).convertShape(I2F, F, 0)).fma(c, s1);
      c = FloatVector.broadcast(F, bytes[k + 20]);
      t0 = ((FloatVector) v.lanewise(LSHL, 24).convertShape(I2F, F, 0)).fma(c, t0);
      t1 = ((FloatVector) u.lanewise(LSHL, 24).convertShape(I2F, F, 0)).fma(c, t1);
      v = IntVector.fromMemorySegment(I, m, at + 4L * L + 12L * VECTOR, LE);
      u = IntVector.fromMemorySegment(I, m, at + 4L * L + 13L * VECTOR, LE);
      c = FloatVector.broadcast(F, bytes[k + 27]);
      s0 = ((FloatVector) v.convertShape(I2F, F, 0)).fma(c, s0);
      s1 = ((FloatVector) u.convertShape(I2F, F, 0)).fma(c, s1);
      c = FloatVector.broadcast(F, bytes[k + 26]);
      t0 = ((FloatVector) v.lanewise(LSHL, 8).convertShape(I2F, F, 0)).fma(c, t0);
      t1 = ((FloatVector) u.lanewise(LSHL, 8).convertShape(I2F, F, 0)).fma(c, t1);
      c = FloatVector.broadcast(F, bytes[k + 25]);
      s0 = ((FloatVector) v.lanewise(LSHL, 16).convertShape(I2F, F, 0)).fma(c, s0);
      s1 = ((FloatVector) u.lanewise(LSHL, 16).convertShape(I2F, F, 0)).fma(c, s1);
      c = FloatVector.broadcast(F, bytes[k + 24]);
      t0 = ((FloatVector) v.lanewise(LSHL, 24).convertShape(I2F, F, 0)).fma(c, t0);
      t1 = ((FloatVector) u.lanewise(LSHL, 24).convertShape(I2F, F, 0)).fma(c, t1);
      v = IntVector.fromMemorySegment(I, m, at + 4L * L + 14L * VECTOR, LE);
      u = IntVector.fromMemorySegment(I, m, at + 4L * L + 15L * VECTOR, LE);
      c = FloatVector.broadcast(F, bytes[k + 31]);
      s0 = ((FloatVector) v.convertShape(I2F, F, 0)).fma(c, s0);
      s1 = ((FloatVector) u.convertShape(I2F, F, 0)).fma(c, s1);
      c = FloatVector.broadcast(F, bytes[k + 30]);
      t0 = ((FloatVector) v.lanewise(LSHL, 8).convertShape(I2F, F, 0)).fma(c, t0);
      t1 = ((FloatVector) u.lanewise(LSHL, 8).convertShape(I2F, F, 0)).fma(c, t1);
      c = FloatVector.broadcast(F, bytes[k + 29]);
      s0 = ((FloatVector) v.lanewise(LSHL, 16).convertShape(I2F, F, 0)).fma(c, s0);
      s1 = ((FloatVector) u.lanewise(LSHL, 16).convertShape(I2F, F, 0)).fma(c, s1);
      c = FloatVector.broadcast(F, bytes[k + 28]);
      t0 = ((FloatVector) v.lanewise(LSHL, 24).convertShape(I2F, F, 0)).fma(c, t0);
      t1 = ((FloatVector) u.lanewise(LSHL, 24).convertShape(I2F, F, 0)).fma(c, t1);
      v = (IntVector) ShortVector.fromMemorySegment(H, m, at, LE).convertShape(S2I, I, 0);
      u = (IntVector) ShortVector.fromMemorySegment(H, m, at + 2L * L, LE).convertShape(S2I, I, 0);
      a = s0.add(t0).fma(v.lanewise(LSHL, 13).and(HALF).reinterpretAsFloats(), a);
      b = s1.add(t1).fma(u.lanewise(LSHL, 13).and(HALF).reinterpretAsFloats(), b);
    }
    a.mul(BYTE_SCALE * w.unit).intoArray(y, group * 2 * L);
    b.mul(BYTE_SCALE * w.unit).intoArray(y, group * 2 * L + L);
  }

  @SuppressWarnings("checkstyle:MethodLength") // Flat, or vectors become objects.
  static void f16(Packed w, Column x, float[] y, int group) {
    MemorySegment m = w.data;
    long at = w.offset(group);
    float[] plain = x.plain;
    FloatVector a = FloatVector.zero(F);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    int even = w.columns & ~1;
    for (int k = 0; k < even; k += 2, at += 2 * (4L * L)) {
      FloatVector v = FloatVector.broadcast(F, plain[k]);
      FloatVector u = FloatVector.broadcast(F, plain[k + 1]);
      a =
          ((IntVector) ShortVector.fromMemorySegment(H, m, at, LE).convertShape(S2I, I, 0))
              .lanewise(LSHL, 13)
              .and(HALF)
              .reinterpretAsFloats()
              .fma(v, a);
      b =
          ((IntVector)
                  ShortVector.fromMemorySegment(H, m, at + (4L * L) / 2, LE)
                      .convertShape(S2I, I, 0))
              .lanewise(LSHL, 13)
              .and(HALF)
              .reinterpretAsFloats()
              .fma(v, b);
      c =
          ((IntVector)
                  ShortVector.fromMemorySegment(H, m, at + (4L * L), LE).convertShape(S2I, I, 0))
              .lanewise(LSHL, 13)
              .and(HALF)
              .reinterpretAsFloats()
              .fma(u, c);
      d =
          ((IntVector)
                  ShortVector.fromMemorySegment(H, m, at + (4L * L) + (4L * L) / 2, LE)
                      .convertShape(S2I, I, 0))
              .lanewise(LSHL, 13)
              .and(HALF)
              .reinterpretAsFloats()
              .fma(u, d);
    }
    if (even < w.columns) {
      FloatVector v = FloatVector.broadcast(F, plain[even]);
      a =
          ((IntVector) ShortVector.fromMemorySegment(H, m, at, LE).convertShape(S2I, I, 0))
              .lanewise(LSHL, 13)
              .and(HALF)
              .reinterpretAsFloats()
              .fma(v, a);
      b =
          ((IntVector)
                  ShortVector.fromMemorySegment(H, m, at + (4L * L) / 2, LE)
                      .convertShape(S2I, I, 0))
              .lanewise(LSHL, 13)
              .and(HALF)
              .reinterpretAsFloats()
              .fma(v, b);
    }
    a.add(c).mul(HALF_SCALE * w.unit).intoArray(y, group * 2 * L);
    b.add(d).mul(HALF_SCALE * w.unit).intoArray(y, group * 2 * L + L);
  }

  @SuppressWarnings("checkstyle:MethodLength") // Flat, or vectors become objects.
  static void bf16(Packed w, Column x, float[] y, int group) {
    MemorySegment m = w.data;
    long at = w.offset(group);
    float[] plain = x.plain;
    FloatVector a = FloatVector.zero(F);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    int even = w.columns & ~1;
    for (int k = 0; k < even; k += 2, at += 2 * (4L * L)) {
      FloatVector v = FloatVector.broadcast(F, plain[k]);
      FloatVector u = FloatVector.broadcast(F, plain[k + 1]);
      a =
          ((IntVector) ShortVector.fromMemorySegment(H, m, at, LE).convertShape(S2I, I, 0))
              .lanewise(LSHL, 16)
              .reinterpretAsFloats()
              .fma(v, a);
      b =
          ((IntVector)
                  ShortVector.fromMemorySegment(H, m, at + (4L * L) / 2, LE)
                      .convertShape(S2I, I, 0))
              .lanewise(LSHL, 16)
              .reinterpretAsFloats()
              .fma(v, b);
      c =
          ((IntVector)
                  ShortVector.fromMemorySegment(H, m, at + (4L * L), LE).convertShape(S2I, I, 0))
              .lanewise(LSHL, 16)
              .reinterpretAsFloats()
              .fma(u, c);
      d =
          ((IntVector)
                  ShortVector.fromMemorySegment(H, m, at + (4L * L) + (4L * L) / 2, LE)
                      .convertShape(S2I, I, 0))
              .lanewise(LSHL, 16)
              .reinterpretAsFloats()
              .fma(u, d);
    }
    if (even < w.columns) {
      FloatVector v = FloatVector.broadcast(F, plain[even]);
      a =
          ((IntVector) ShortVector.fromMemorySegment(H, m, at, LE).convertShape(S2I, I, 0))
              .lanewise(LSHL, 16)
              .reinterpretAsFloats()
              .fma(v, a);
      b =
          ((IntVector)
                  ShortVector.fromMemorySegment(H, m, at + (4L * L) / 2, LE)
                      .convertShape(S2I, I, 0))
              .lanewise(LSHL, 16)
              .reinterpretAsFloats()
              .fma(v, b);
    }
    a.add(c).intoArray(y, group * 2 * L);
    b.add(d).intoArray(y, group * 2 * L + L);
  }

  static void f32(Packed w, Column x, float[] y, int group) {
    MemorySegment m = w.data;
    long at = w.offset(group);
    float[] plain = x.plain;
    FloatVector a = FloatVector.zero(F);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    int even = w.columns & ~1;
    for (int k = 0; k < even; k += 2, at += 2 * (8L * L)) {
      FloatVector v = FloatVector.broadcast(F, plain[k]);
      FloatVector u = FloatVector.broadcast(F, plain[k + 1]);
      a = FloatVector.fromMemorySegment(F, m, at, LE).fma(v, a);
      b = FloatVector.fromMemorySegment(F, m, at + (8L * L) / 2, LE).fma(v, b);
      c = FloatVector.fromMemorySegment(F, m, at + (8L * L), LE).fma(u, c);
      d = FloatVector.fromMemorySegment(F, m, at + (8L * L) + (8L * L) / 2, LE).fma(u, d);
    }
    if (even < w.columns) {
      FloatVector v = FloatVector.broadcast(F, plain[even]);
      a = FloatVector.fromMemorySegment(F, m, at, LE).fma(v, a);
      b = FloatVector.fromMemorySegment(F, m, at + (8L * L) / 2, LE).fma(v, b);
    }
    a.add(c).intoArray(y, group * 2 * L);
    b.add(d).intoArray(y, group * 2 * L + L);
  }
}
