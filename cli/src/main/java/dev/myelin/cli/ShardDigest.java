package dev.myelin.cli;

import dev.myelin.engine.Batch;
import dev.myelin.engine.Engine;
import dev.myelin.engine.Sequence;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// What a shard without the head makes of a prompt, so that two of them can be compared.
final class ShardDigest {
  private static final int SHOWN = 4;
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final RootCommand root;
  private final Engine engine;

  ShardDigest(RootCommand root, Engine engine) {
    this.root = root;
    this.engine = engine;
  }

  void print(int... tokens) {
    try (Arena arena = Arena.ofConfined();
        Sequence sequence = engine.begin(tokens.length)) {
      MemorySegment ids = arena.allocateFrom(ValueLayout.JAVA_INT, tokens);
      Tensor input = Tensor.wrap(DType.I32, Shape.of(tokens.length), ids);
      Batch batch = Batch.of(input, sequence, Batch.Answer.NONE);
      Shape shape = engine.outputShape(batch);
      MemorySegment states = arena.allocate(DType.F32.bytesFor(shape.elements()), 64);
      engine.forward(batch, Tensor.wrap(DType.F32, shape, states));
      tell(shape, states, tokens.length);
    }
  }

  private void tell(Shape shape, MemorySegment states, int tokens) {
    long width = shape.dim(shape.rank() - 1);
    long last = states.byteSize() / Float.BYTES - width;
    List<Double> begin = new ArrayList<>();
    for (long i = last; i < last + Math.min(SHOWN, width); i++) {
      begin.add((double) states.getAtIndex(FLOAT, i));
    }
    String layers = engine.spec().shard().firstLayer() + ":" + engine.spec().shard().endLayer();
    String digest = digest(states);
    if (root.json()) {
      root.print(
          Json.object(
              "layers",
              layers,
              "prompt_tokens",
              tokens,
              "shape",
              shape,
              "sha256",
              digest,
              "last",
              begin));
    } else {
      root.print(
          "layers "
              + layers
              + ": hidden states "
              + shape
              + ", sha256 "
              + digest
              + ", last "
              + begin);
    }
  }

  private static String digest(MemorySegment states) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(states.asByteBuffer());
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
