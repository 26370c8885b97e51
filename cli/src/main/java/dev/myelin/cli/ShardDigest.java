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
import java.util.Arrays;
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

  /// Runs a prompt and tells of its hidden states; an interrupt ends that between two pieces.
  void print(int... tokens) throws InterruptedException {
    MessageDigest digest = sha256();
    List<Double> last = List.of();
    int piece = Pieces.size(engine);
    try (Sequence sequence = engine.begin(tokens.length)) {
      for (int at = 0; at < tokens.length; at += piece) {
        if (Thread.interrupted()) {
          throw new InterruptedException("stopped");
        }
        int end = Math.min(tokens.length, at + piece);
        last = run(sequence, digest, Arrays.copyOfRange(tokens, at, end));
      }
    }
    Shape shape = Shape.of(tokens.length, engine.dimensions().hidden());
    tell(shape, HexFormat.of().formatHex(digest.digest()), last);
  }

  /// Adds what comes out to the digest; returns how the states of the last token begin.
  private List<Double> run(Sequence sequence, MessageDigest digest, int... tokens) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ids = arena.allocateFrom(ValueLayout.JAVA_INT, tokens);
      Tensor input = Tensor.wrap(DType.I32, Shape.of(tokens.length), ids);
      Batch batch = Batch.of(input, sequence, Batch.Answer.NONE);
      Shape shape = engine.outputShape(batch);
      MemorySegment states = arena.allocate(DType.F32.bytesFor(shape.elements()), 64);
      engine.forward(batch, Tensor.wrap(DType.F32, shape, states));
      digest.update(states.asByteBuffer());
      long width = shape.dim(1);
      long last = shape.elements() - width;
      List<Double> begin = new ArrayList<>();
      for (long i = last; i < last + Math.min(SHOWN, width); i++) {
        begin.add((double) states.getAtIndex(FLOAT, i));
      }
      return begin;
    }
  }

  private void tell(Shape shape, String digest, List<Double> begin) {
    String layers = engine.spec().shard().firstLayer() + ":" + engine.spec().shard().endLayer();
    if (root.json()) {
      root.print(
          Json.object(
              "layers",
              layers,
              "prompt_tokens",
              shape.dim(0),
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

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
