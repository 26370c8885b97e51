package dev.myelin.engine.kernel;

import dev.myelin.engine.WeightType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.random.RandomGenerator;

/// Random weights of every type, as a file has them.
final class Weights {
  private Weights() {}

  static Packed.Rows random(WeightType type, int rows, int columns, RandomGenerator random) {
    int bytes = Math.toIntExact(type.bytesFor((long) rows * columns));
    byte[] data = new byte[bytes];
    random.nextBytes(data);
    MemorySegment memory = Arena.ofAuto().allocate(Math.max(8, bytes), 8).asSlice(0, bytes);
    MemorySegment.copy(data, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes);
    for (int at = 0; at < bytes; at += type.bytesPerBlock()) {
      block(type, memory, at, random);
    }
    return new Packed.Rows(type, memory, rows, columns);
  }

  private static void block(WeightType type, MemorySegment memory, int at, RandomGenerator random) {
    switch (type) {
      case F32 -> memory.set(Packed.FLOAT, at, (float) random.nextGaussian());
      case F16 -> half(memory, at, random);
      case BF16 -> {
        float number = (float) random.nextGaussian();
        memory.set(Packed.SHORT, at, (short) (Float.floatToRawIntBits(number) >> 16));
      }
      case Q8_0 -> {
        half(memory, at, random);
        for (int i = 2; i < 34; i++) {
          byte quant = memory.get(ValueLayout.JAVA_BYTE, at + i);
          memory.set(ValueLayout.JAVA_BYTE, at + i, quant == -128 ? 127 : quant);
        }
      }
      case Q4_0 -> half(memory, at, random);
      case Q4_1, Q4_K, Q5_K -> {
        half(memory, at, random);
        half(memory, at + 2, random);
      }
      case Q6_K -> half(memory, at + 208, random);
    }
  }

  private static void half(MemorySegment memory, long at, RandomGenerator random) {
    memory.set(Packed.SHORT, at, Float.floatToFloat16((float) random.nextGaussian()));
  }
}
