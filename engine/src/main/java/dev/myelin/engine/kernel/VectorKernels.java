package dev.myelin.engine.kernel;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.S2I;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// The arithmetic with the widest vectors that the processor prefers.
public final class VectorKernels implements Kernels {
  private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
  private static final VectorShape SHAPE = VectorShape.preferredShape();
  private static final VectorSpecies<Float> F = VectorSpecies.of(float.class, SHAPE);
  private static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, SHAPE);
  private static final VectorSpecies<Short> H =
      VectorSpecies.of(short.class, VectorShape.forBitSize(SHAPE.vectorBitSize() / 2));
  private static final int L = F.length();
  private static final long VECTOR = F.vectorByteSize();
  private static final int HALF = 0x8fffffff;
  private static final float HALF_SCALE = 0x1p112f;
  private static final float ROUNDS = 12_582_912f;
  private static final int ROUNDS_BITS = 0x4B400000;
  private static final float LARGEST_EXPONENT = 87;
  private static final float LOG2_E = (float) 1.4426950408889634;
  private static final float LN_2 = 0.6931472f;
  // x (1 + tanh z) / 2 is x / (1 + exp -2z).
  private static final float GELU_SLOPE = (float) 1.5957691216057308;
  private static final float GELU_CUBE = 0.044715f;

  private static final VectorShuffle<Float> BY_ONE = swap(1);
  private static final VectorShuffle<Float> BY_TWO = swap(2);
  private static final VectorShuffle<Float> BY_FOUR = swap(4);
  private static final VectorShuffle<Float> BY_EIGHT = swap(8);

  private static final VectorKernels INSTANCE = new VectorKernels();

  private VectorKernels() {}

  /// Returns the kernels for the vectors that this processor prefers.
  static VectorKernels preferred() {
    return INSTANCE;
  }

  @Override
  public int lanes() {
    return L;
  }

  @Override
  public void product(Packed w, Column x, float[] y, int fromGroup, int toGroup) {
    for (int group = fromGroup; group < toGroup; group++) {
      switch (w.packing) {
        case Q4 -> VectorProducts.q4(w, x, y, group);
        case Q8 -> VectorProducts.q8(w, x, y, group);
        case F16 -> VectorProducts.f16(w, x, y, group);
        case BF16 -> VectorProducts.bf16(w, x, y, group);
        case F32 -> VectorProducts.f32(w, x, y, group);
        case Q4_MIN -> VectorOffsetProducts.q4Min(w, x, y, group);
        case Q8_MIN -> VectorOffsetProducts.q8Min(w, x, y, group);
      }
    }
  }

  @Override
  public void panel(Packed w, int group, int from, int count, float[] target) {
    long at = w.offset(group) + w.blockBytes() * (from / w.packing.columns());
    switch (w.packing) {
      case F32 -> MemorySegment.copy(w.data, Packed.FLOAT, at, target, 0, count * w.group);
      case F16 -> panelF16(w, at, count * w.group, target);
      case BF16 -> panelBf16(w.data, at, count * w.group, target);
      case Q8, Q4, Q4_MIN, Q8_MIN -> {
        int block = w.packing.columns();
        for (int k = 0; k < count; k += block, at += w.blockBytes()) {
          panelBlock(w, at, target, k * w.group);
        }
      }
    }
  }

  private static void panelBlock(Packed w, long at, float[] target, int to) {
    for (int half = 0; half < 2; half++) {
      switch (w.packing) {
        case Q8 -> panelQ8(w, at, half, target, to + half * L);
        case Q4 -> panelQ4(w, at, half, target, to + half * L);
        case Q4_MIN -> panelQ4Min(w.data, at, half, target, to + half * L);
        default -> panelQ8Min(w.data, at, half, target, to + half * L);
      }
    }
  }

  private static void panelF16(Packed w, long at, int count, float[] target) {
    MemorySegment m = w.data;
    float raised = HALF_SCALE * w.unit;
    for (int i = 0; i < count; i += L) {
      ((IntVector) ShortVector.fromMemorySegment(H, m, at + 2L * i, LE).convertShape(S2I, I, 0))
          .lanewise(LSHL, 13)
          .and(HALF)
          .reinterpretAsFloats()
          .mul(raised)
          .intoArray(target, i);
    }
  }

  private static void panelBf16(MemorySegment m, long at, int count, float[] target) {
    for (int i = 0; i < count; i += L) {
      ((IntVector) ShortVector.fromMemorySegment(H, m, at + 2L * i, LE).convertShape(S2I, I, 0))
          .lanewise(LSHL, 16)
          .reinterpretAsFloats()
          .intoArray(target, i);
    }
  }

  private static void panelQ8(Packed w, long at, int half, float[] target, int to) {
    MemorySegment m = w.data;
    float raised = HALF_SCALE * w.unit;
    FloatVector scale =
        ((IntVector)
                ShortVector.fromMemorySegment(H, m, at + 2L * half * L, LE).convertShape(S2I, I, 0))
            .lanewise(LSHL, 13)
            .and(HALF)
            .reinterpretAsFloats()
            .mul(raised);
    for (int word = 0; word < 8; word++) {
      IntVector v = IntVector.fromMemorySegment(I, m, at + 4L * L + (2 * word + half) * VECTOR, LE);
      for (int j = 0; j < 4; j++) {
        ((FloatVector) v.lanewise(LSHL, 24).lanewise(ASHR, 24).convertShape(I2F, F, 0))
            .mul(scale)
            .intoArray(target, to + (4 * word + j) * 2 * L);
        v = v.add(128).lanewise(ASHR, 8);
      }
    }
  }

  private static void panelQ4(Packed w, long at, int half, float[] target, int to) {
    MemorySegment m = w.data;
    float raised = HALF_SCALE * w.unit;
    FloatVector scale =
        ((IntVector)
                ShortVector.fromMemorySegment(H, m, at + 2L * half * L, LE).convertShape(S2I, I, 0))
            .lanewise(LSHL, 13)
            .and(HALF)
            .reinterpretAsFloats()
            .mul(raised);
    for (int word = 0; word < 4; word++) {
      IntVector v = IntVector.fromMemorySegment(I, m, at + 4L * L + (2 * word + half) * VECTOR, LE);
      for (int j = 0; j < 8; j++) {
        ((FloatVector) v.and(15).sub(8).convertShape(I2F, F, 0))
            .mul(scale)
            .intoArray(target, to + (8 * word + j) * 2 * L);
        v = v.lanewise(LSHR, 4);
      }
    }
  }

  private static void panelQ4Min(MemorySegment m, long at, int half, float[] target, int to) {
    FloatVector scale = FloatVector.fromMemorySegment(F, m, at + half * VECTOR, LE);
    FloatVector least = FloatVector.fromMemorySegment(F, m, at + (2 + half) * VECTOR, LE);
    for (int word = 0; word < 4; word++) {
      IntVector v = IntVector.fromMemorySegment(I, m, at + (4 + 2 * word + half) * VECTOR, LE);
      for (int j = 0; j < 8; j++) {
        ((FloatVector) v.and(15).sub(8).convertShape(I2F, F, 0))
            .fma(scale, least)
            .intoArray(target, to + (8 * word + j) * 2 * L);
        v = v.lanewise(LSHR, 4);
      }
    }
  }

  private static void panelQ8Min(MemorySegment m, long at, int half, float[] target, int to) {
    FloatVector scale = FloatVector.fromMemorySegment(F, m, at + half * VECTOR, LE);
    FloatVector least = FloatVector.fromMemorySegment(F, m, at + (2 + half) * VECTOR, LE);
    for (int word = 0; word < 4; word++) {
      IntVector v = IntVector.fromMemorySegment(I, m, at + (4 + 2 * word + half) * VECTOR, LE);
      for (int j = 0; j < 4; j++) {
        ((FloatVector) v.lanewise(LSHL, 24).lanewise(ASHR, 24).convertShape(I2F, F, 0))
            .fma(scale, least)
            .intoArray(target, to + (4 * word + j) * 2 * L);
        v = v.add(128).lanewise(ASHR, 8);
      }
    }
  }

  // Two vectors of rows times four columns of x: eight sums, as many as sixteen registers hold.
  @Override
  @SuppressWarnings("checkstyle:MethodLength") // Flat, or vectors become objects.
  public void tile(
      float[] w, int wo, float[] x, int xo, int count, float[] y, int yo, int stride, boolean add) {
    FloatVector s00 =
        add ? FloatVector.fromArray(F, y, yo + 0 * stride + 0 * L) : FloatVector.zero(F);
    FloatVector s01 =
        add ? FloatVector.fromArray(F, y, yo + 1 * stride + 0 * L) : FloatVector.zero(F);
    FloatVector s02 =
        add ? FloatVector.fromArray(F, y, yo + 2 * stride + 0 * L) : FloatVector.zero(F);
    FloatVector s03 =
        add ? FloatVector.fromArray(F, y, yo + 3 * stride + 0 * L) : FloatVector.zero(F);
    FloatVector s10 =
        add ? FloatVector.fromArray(F, y, yo + 0 * stride + 1 * L) : FloatVector.zero(F);
    FloatVector s11 =
        add ? FloatVector.fromArray(F, y, yo + 1 * stride + 1 * L) : FloatVector.zero(F);
    FloatVector s12 =
        add ? FloatVector.fromArray(F, y, yo + 2 * stride + 1 * L) : FloatVector.zero(F);
    FloatVector s13 =
        add ? FloatVector.fromArray(F, y, yo + 3 * stride + 1 * L) : FloatVector.zero(F);
    for (int k = 0; k < count; k++) {
      FloatVector a = FloatVector.fromArray(F, w, wo + k * 2 * L);
      FloatVector b = FloatVector.fromArray(F, w, wo + k * 2 * L + L);
      FloatVector v;
      v = FloatVector.broadcast(F, x[xo + 4 * k + 0]);
      s00 = a.fma(v, s00);
      s10 = b.fma(v, s10);
      v = FloatVector.broadcast(F, x[xo + 4 * k + 1]);
      s01 = a.fma(v, s01);
      s11 = b.fma(v, s11);
      v = FloatVector.broadcast(F, x[xo + 4 * k + 2]);
      s02 = a.fma(v, s02);
      s12 = b.fma(v, s12);
      v = FloatVector.broadcast(F, x[xo + 4 * k + 3]);
      s03 = a.fma(v, s03);
      s13 = b.fma(v, s13);
    }
    s00.intoArray(y, yo + 0 * stride + 0 * L);
    s01.intoArray(y, yo + 1 * stride + 0 * L);
    s02.intoArray(y, yo + 2 * stride + 0 * L);
    s03.intoArray(y, yo + 3 * stride + 0 * L);
    s10.intoArray(y, yo + 0 * stride + 1 * L);
    s11.intoArray(y, yo + 1 * stride + 1 * L);
    s12.intoArray(y, yo + 2 * stride + 1 * L);
    s13.intoArray(y, yo + 3 * stride + 1 * L);
  }

  @Override
  public void norm(float[] x, int xo, float[] weight, float[] y, int yo, float epsilon) {
    int whole = F.loopBound(weight.length);
    FloatVector sums = FloatVector.zero(F);
    for (int i = 0; i < whole; i += L) {
      FloatVector v = FloatVector.fromArray(F, x, xo + i);
      sums = v.fma(v, sums);
    }
    float sum = sum(sums);
    for (int i = whole; i < weight.length; i++) {
      sum = Math.fma(x[xo + i], x[xo + i], sum);
    }
    float factor = (float) (1 / Math.sqrt(sum / weight.length + epsilon));
    for (int i = 0; i < whole; i += L) {
      FloatVector.fromArray(F, x, xo + i)
          .mul(factor)
          .mul(FloatVector.fromArray(F, weight, i))
          .intoArray(y, yo + i);
    }
    for (int i = whole; i < weight.length; i++) {
      y[yo + i] = x[xo + i] * factor * weight[i];
    }
  }

  @Override
  public void softmax(float[] x, int from, int length) {
    int whole = F.loopBound(length);
    FloatVector most = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
    for (int i = 0; i < whole; i += L) {
      most = most.max(FloatVector.fromArray(F, x, from + i));
    }
    float largest = most.reduceLanes(MAX);
    for (int i = whole; i < length; i++) {
      largest = Math.max(largest, x[from + i]);
    }
    FloatVector sums = FloatVector.zero(F);
    for (int i = 0; i < whole; i += L) {
      FloatVector e = exp(FloatVector.fromArray(F, x, from + i).sub(largest));
      e.intoArray(x, from + i);
      sums = sums.add(e);
    }
    float sum = sum(sums);
    for (int i = whole; i < length; i++) {
      x[from + i] = (float) Math.exp(x[from + i] - largest);
      sum += x[from + i];
    }
    float inverse = 1 / sum;
    for (int i = 0; i < whole; i += L) {
      FloatVector.fromArray(F, x, from + i).mul(inverse).intoArray(x, from + i);
    }
    for (int i = whole; i < length; i++) {
      x[from + i] *= inverse;
    }
  }

  @Override
  public void gate(boolean gaussian, float[] g, float[] u, int from, int to) {
    int whole = from + F.loopBound(to - from);
    for (int i = from; i < whole; i += L) {
      FloatVector v = FloatVector.fromArray(F, g, i);
      FloatVector slope = gaussian ? v.mul(v).mul(v).mul(GELU_CUBE).add(v).mul(GELU_SLOPE) : v;
      v.div(exp(slope.neg()).add(1f)).mul(FloatVector.fromArray(F, u, i)).intoArray(g, i);
    }
    for (int i = whole; i < to; i++) {
      g[i] = (gaussian ? ScalarKernels.gelu(g[i]) : ScalarKernels.silu(g[i])) * u[i];
    }
  }

  @Override
  public void add(float[] x, float[] y, int from, int to) {
    int whole = from + F.loopBound(to - from);
    for (int i = from; i < whole; i += L) {
      FloatVector.fromArray(F, x, i).add(FloatVector.fromArray(F, y, i)).intoArray(x, i);
    }
    for (int i = whole; i < to; i++) {
      x[i] += y[i];
    }
  }

  private static VectorShuffle<Float> swap(int distance) {
    return VectorShuffle.fromOp(F, lane -> distance < L ? lane ^ distance : lane);
  }

  // In an order of our own: that of the library's sum differs between interpreter and compiler, and
  // shards must give the bits of the whole.
  private static float sum(FloatVector lanes) {
    FloatVector v = lanes;
    if (L > 8) {
      v = v.add(v.rearrange(BY_EIGHT));
    }
    if (L > 4) {
      v = v.add(v.rearrange(BY_FOUR));
    }
    v = v.add(v.rearrange(BY_TWO));
    return v.add(v.rearrange(BY_ONE)).lane(0);
  }

  // Two to the whole part by the exponent's bits, two to the rest by its series.
  private static FloatVector exp(FloatVector x) {
    FloatVector t = x.max(-LARGEST_EXPONENT).min(LARGEST_EXPONENT).mul(LOG2_E);
    FloatVector rounded = t.add(ROUNDS);
    IntVector whole = rounded.reinterpretAsInts().sub(ROUNDS_BITS);
    FloatVector rest = t.sub(rounded.sub(ROUNDS)).mul(LN_2);
    FloatVector series =
        rest.mul(1f / 720)
            .add(1f / 120)
            .fma(rest, FloatVector.broadcast(F, 1f / 24))
            .fma(rest, FloatVector.broadcast(F, 1f / 6))
            .fma(rest, FloatVector.broadcast(F, .5f))
            .fma(rest, FloatVector.broadcast(F, 1f))
            .fma(rest, FloatVector.broadcast(F, 1f));
    return series.mul(whole.add(127).lanewise(LSHL, 23).reinterpretAsFloats());
  }
}
