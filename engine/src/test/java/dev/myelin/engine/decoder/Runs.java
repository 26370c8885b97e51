package dev.myelin.engine.decoder;

import dev.myelin.engine.Batch;
import dev.myelin.engine.Engine;
import dev.myelin.engine.Sequence;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Engines asked in plain arrays.
final class Runs {
  private Runs() {}

  static Tensor ids(Arena arena, int... tokens) {
    MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_INT, tokens);
    return Tensor.wrap(DType.I32, Shape.of(tokens.length), memory);
  }

  static Tensor output(Arena arena, Engine engine, Batch batch) {
    Shape shape = engine.outputShape(batch);
    long bytes = DType.F32.bytesFor(shape.elements());
    return Tensor.wrap(DType.F32, shape, arena.allocate(bytes, 4));
  }

  /// Returns the logits of every token.
  static float[][] every(Engine engine, Sequence sequence, int... tokens) {
    try (Arena arena = Arena.ofConfined()) {
      Batch batch = Batch.of(ids(arena, tokens), sequence, Batch.Answer.EVERY);
      Tensor output = output(arena, engine, batch);
      engine.forward(batch, output);
      return rows(output);
    }
  }

  /// Returns the logits of the last token.
  static float[] last(Engine engine, Sequence sequence, int... tokens) {
    try (Arena arena = Arena.ofConfined()) {
      Batch batch = Batch.of(ids(arena, tokens), sequence, Batch.Answer.LAST);
      Tensor output = output(arena, engine, batch);
      engine.forward(batch, output);
      return rows(output)[0];
    }
  }

  static float[][] rows(Tensor tensor) {
    int count = (int) tensor.shape().dim(0);
    float[][] found = new float[count][];
    for (int i = 0; i < count; i++) {
      found[i] = tensor.row(i).segment().toArray(ValueLayout.JAVA_FLOAT);
    }
    return found;
  }

  static float distance(float[] some, float[] others) {
    float most = 0;
    for (int i = 0; i < some.length; i++) {
      // Not the maximum of a NaN, which would be lost in a comparison.
      most = Math.max(most, Math.abs(some[i] - others[i]));
    }
    return some.length == others.length ? most : Float.NaN;
  }
}
