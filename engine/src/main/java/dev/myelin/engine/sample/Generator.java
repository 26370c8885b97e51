package dev.myelin.engine.sample;

import dev.myelin.engine.Batch;
import dev.myelin.engine.Engine;
import dev.myelin.engine.Sequence;
import dev.myelin.engine.ShardSpec;
import dev.myelin.engine.text.Tokenizer;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/// One growing text over an engine that holds a whole model: tokens in, the next token out.
///
/// Owns its sequence and two small pieces of memory, borrows the engine and the sampler. Not for
/// two threads at once.
///
/// ```java
/// try (Generator text = Generator.open(engine, tokenizer, Sampler.greedy(), 256)) {
///   for (int token = text.next(prompt); token != end; token = text.next()) {
///     System.out.print(tokenizer.decode(token));
///   }
/// }
/// ```
public final class Generator implements AutoCloseable {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Engine engine;
  private final Sampler sampler;
  private final Sequence sequence;
  private final Arena arena;
  private final Tensor one;
  private final Tensor output;
  private final float[] logits;
  private final int meant;
  private int last = -1;

  private Generator(Engine engine, Sampler sampler, Sequence sequence, int tokens) {
    this.engine = engine;
    this.sampler = sampler;
    this.sequence = sequence;
    this.arena = Arena.ofShared();
    int vocabulary = engine.dimensions().vocabulary();
    this.logits = new float[vocabulary];
    this.meant = Math.min(vocabulary, tokens);
    this.one = Tensor.wrap(DType.I32, Shape.of(1), arena.allocate(4, 4));
    Shape row = Shape.of(1, vocabulary);
    this.output = Tensor.wrap(DType.F32, row, arena.allocate(DType.F32.bytesFor(vocabulary), 64));
  }

  /// Opens an empty text of the tokens of a tokenizer.
  ///
  /// A model may have logits for more tokens than its tokenizer has, because a round number
  /// computes faster. Those mean nothing: they are negative infinity before the sampler sees them.
  ///
  /// @param capacity how many tokens the text may have, prompt and answer together
  /// @throws IllegalArgumentException if the engine does not take tokens and give logits
  public static Generator open(Engine engine, Tokenizer tokenizer, Sampler sampler, int capacity) {
    return open(engine, sampler, capacity, tokenizer.vocabulary());
  }

  /// Opens an empty text of all tokens that the engine has logits for.
  ///
  /// @param capacity how many tokens the text may have, prompt and answer together
  /// @throws IllegalArgumentException if the engine does not take tokens and give logits
  public static Generator open(Engine engine, Sampler sampler, int capacity) {
    return open(engine, sampler, capacity, Integer.MAX_VALUE);
  }

  private static Generator open(Engine engine, Sampler sampler, int capacity, int tokens) {
    Objects.requireNonNull(sampler, "sampler");
    ShardSpec spec = engine.spec();
    if (spec.input() != ShardSpec.Input.TOKENS || spec.output() != ShardSpec.Output.LOGITS) {
      throw new IllegalArgumentException("engine: " + spec + " (expected: TOKENS to LOGITS)");
    }
    return new Generator(engine, sampler, engine.begin(capacity), tokens);
  }

  /// Takes tokens in, which follow what stands in the text already, and chooses none: more of the
  /// prompt is to come.
  ///
  /// The token that was chosen last counts as said and goes before them.
  ///
  /// @throws IllegalArgumentException if there are none and none was chosen before, or the text
  ///   would outgrow its capacity
  public void read(int... tokens) {
    try (Arena brief = Arena.ofConfined()) {
      Tensor input = input(brief, tokens);
      Shape nothing = Shape.of(0, engine.dimensions().vocabulary());
      Tensor none = Tensor.wrap(DType.F32, nothing, MemorySegment.NULL);
      engine.forward(Batch.of(input, sequence, Batch.Answer.NONE), none);
    }
    last = -1;
  }

  /// Returns the token after those, which follow what stands in the text already.
  ///
  /// The token that was chosen last counts as said and goes before them.
  ///
  /// @throws IllegalArgumentException if there are none and none was chosen before, or the text
  ///   would outgrow its capacity
  public int next(int... tokens) {
    try (Arena brief = Arena.ofConfined()) {
      return choose(input(brief, tokens));
    }
  }

  /// Returns the token after the one that was chosen last.
  ///
  /// @throws IllegalStateException if none was chosen before
  /// @throws IllegalArgumentException if the text would outgrow its capacity
  public int next() {
    if (last < 0) {
      throw new IllegalStateException("text: empty (expected: tokens of a prompt first)");
    }
    one.set(0, (long) last);
    return choose(one);
  }

  /// Returns how many tokens the text has, without the one that was chosen last.
  public int length() {
    return sequence.length();
  }

  /// Forgets all but the first tokens; the token that was chosen last is forgotten too.
  ///
  /// @throws IllegalArgumentException if the text has fewer
  public void truncate(int length) {
    sequence.truncate(length);
    last = -1;
  }

  /// Ends the sequence and gives the memory back. Twice is harmless.
  @Override
  public void close() {
    sequence.close();
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }

  /// Returns them, the one that was chosen last first, and tells the sampler of those that are new.
  private Tensor input(Arena arena, int... tokens) {
    int before = last < 0 ? 0 : 1;
    int[] all = new int[before + tokens.length];
    if (before == 1) {
      all[0] = last;
    }
    System.arraycopy(tokens, 0, all, before, tokens.length);
    for (int token : tokens) {
      sampler.saw(token);
    }
    MemorySegment ids = arena.allocateFrom(ValueLayout.JAVA_INT, all);
    return Tensor.wrap(DType.I32, Shape.of(all.length), ids);
  }

  private int choose(Tensor input) {
    engine.forward(Batch.of(input, sequence, Batch.Answer.LAST), output);
    MemorySegment.copy(output.segment(), FLOAT, 0, logits, 0, logits.length);
    Arrays.fill(logits, meant, logits.length, Float.NEGATIVE_INFINITY);
    last = sampler.choose(logits);
    return last;
  }
}
