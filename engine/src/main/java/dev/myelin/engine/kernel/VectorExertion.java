package dev.myelin.engine.kernel;

import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// The same with the vectors of the processor. Flat, as products are.
final class VectorExertion {
  private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
  private static final VectorShape SHAPE = VectorShape.preferredShape();
  private static final VectorSpecies<Float> F = VectorSpecies.of(float.class, SHAPE);
  private static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, SHAPE);
  private static final int L = F.length();
  private static final long VECTOR = F.vectorByteSize();
  // One product takes four steps and two begin at each: eight at least are on their way.
  private static final int SUMS = 10;

  private VectorExertion() {}

  static int read(MemorySegment memory, long from, long to) {
    IntVector a = IntVector.zero(I);
    IntVector b = a;
    IntVector c = a;
    IntVector d = a;
    for (long at = from; at < to; at += 4 * VECTOR) {
      a = a.lanewise(XOR, IntVector.fromMemorySegment(I, memory, at, LE));
      b = b.lanewise(XOR, IntVector.fromMemorySegment(I, memory, at + VECTOR, LE));
      c = c.lanewise(XOR, IntVector.fromMemorySegment(I, memory, at + 2 * VECTOR, LE));
      d = d.lanewise(XOR, IntVector.fromMemorySegment(I, memory, at + 3 * VECTOR, LE));
    }
    return a.lanewise(XOR, b).lanewise(XOR, c.lanewise(XOR, d)).reduceLanes(XOR);
  }

  static int multiply(int rounds, float[] sums) {
    FloatVector half = FloatVector.broadcast(F, 0.5f);
    FloatVector one = FloatVector.broadcast(F, 1f);
    FloatVector a = FloatVector.fromArray(F, sums, 0);
    FloatVector b = FloatVector.fromArray(F, sums, L);
    FloatVector c = a.add(1f);
    FloatVector d = b.add(1f);
    FloatVector e = a.add(2f);
    FloatVector f = b.add(2f);
    FloatVector g = a.add(3f);
    FloatVector h = b.add(3f);
    FloatVector i = a.add(4f);
    FloatVector j = b.add(4f);
    for (int round = 0; round < rounds; round++) {
      a = a.fma(half, one);
      b = b.fma(half, one);
      c = c.fma(half, one);
      d = d.fma(half, one);
      e = e.fma(half, one);
      f = f.fma(half, one);
      g = g.fma(half, one);
      h = h.fma(half, one);
      i = i.fma(half, one);
      j = j.fma(half, one);
    }
    a.add(c).add(e.add(g)).add(i).intoArray(sums, 0);
    b.add(d).add(f.add(h)).add(j).intoArray(sums, L);
    return 2 * SUMS * L;
  }
}
