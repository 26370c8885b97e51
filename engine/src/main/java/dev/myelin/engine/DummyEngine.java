package dev.myelin.engine;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// An engine that counts instead of computing, for tests of what stands around engines.
///
/// A token is a state whose every element is the token's number. A shard with the last layer adds
/// one, others pass states through. The largest logit is that of the state's value, or of
/// [#END_TOKEN] once the value is above ten: after token 1 come 2, 3, 4, 5, 6, 7, 8, 9, 10, 69.
public final class DummyEngine implements Engine {
  /// The token that ends an answer.
  public static final int END_TOKEN = 69;

  /// Eight layers, states of 256, 1000 tokens.
  public static final Dimensions DIMENSIONS = new Dimensions(8, 256, 1000, 1 << 20);

  private static final int LAST_COUNTED = 10;
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final ShardSpec spec;
  private final List<Count> open = new ArrayList<>();
  private boolean closed;

  private DummyEngine(ShardSpec spec) {
    this.spec = spec;
  }

  /// Returns an engine for all eight layers.
  public static DummyEngine whole() {
    return of(ShardSpec.of(Shard.whole("dummy", DIMENSIONS.layers())));
  }

  /// Returns an engine for some of the eight layers.
  ///
  /// @throws IllegalArgumentException if the shard is of a model with another number of layers
  public static DummyEngine of(ShardSpec spec) {
    if (spec.shard().layers() != DIMENSIONS.layers()) {
      throw new IllegalArgumentException(
          "layers: " + spec.shard().layers() + " (expected: " + DIMENSIONS.layers() + ")");
    }
    return new DummyEngine(spec);
  }

  @Override
  public ShardSpec spec() {
    return spec;
  }

  @Override
  public Dimensions dimensions() {
    return DIMENSIONS;
  }

  @Override
  public MemoryCost cost() {
    return new MemoryCost(0, 0, 0, 1);
  }

  @Override
  public synchronized Sequence begin(int capacity) {
    requireOpen();
    if (capacity < 1 || capacity > DIMENSIONS.context()) {
      throw new IllegalArgumentException(
          "capacity: " + capacity + " (expected: 1.." + DIMENSIONS.context() + ")");
    }
    return new Count(capacity, 0);
  }

  @Override
  public synchronized void forward(Batch batch, Tensor output) {
    requireOpen();
    check(batch, output);
    int row = 0;
    int answer = 0;
    for (Batch.Part part : batch.parts()) {
      for (int i = 0; i < part.tokens(); i++, row++) {
        float value = value(batch.input(), row);
        if (spec.output() == ShardSpec.Output.HIDDEN) {
          fill(output, row, value);
        } else if (i >= part.tokens() - part.answers()) {
          answer(output, answer++, value);
        }
      }
      ((Count) part.sequence()).length += part.tokens();
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    open.forEach(each -> each.ended = true);
    open.clear();
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("engine was closed");
    }
  }

  private void check(Batch batch, Tensor output) {
    Tensor input = batch.input();
    if (input.dtype() != inputType() || !input.shape().equals(inputShape(batch.tokens()))) {
      throw new IllegalArgumentException(
          "input: " + input + " (expected: " + inputType() + inputShape(batch.tokens()) + ")");
    }
    if (output.dtype() != DType.F32 || !output.shape().equals(outputShape(batch))) {
      throw new IllegalArgumentException(
          "output: " + output + " (expected: F32" + outputShape(batch) + ")");
    }
    for (Batch.Part part : batch.parts()) {
      if (!(part.sequence() instanceof Count count) || count.engine() != this) {
        throw new IllegalArgumentException("sequence: of another engine (expected: of this one)");
      }
      count.requireRoom(part.tokens());
    }
  }

  private float value(Tensor input, int row) {
    float value =
        spec.input() == ShardSpec.Input.TOKENS
            ? input.segment().get(INT, 4L * row)
            : input.segment().get(FLOAT, 4L * row * DIMENSIONS.hidden());
    return spec.shard().isLast() ? value + 1 : value;
  }

  private static void fill(Tensor output, int row, float value) {
    MemorySegment target = output.segment();
    for (int i = 0; i < DIMENSIONS.hidden(); i++) {
      target.set(FLOAT, 4L * (row * (long) DIMENSIONS.hidden() + i), value);
    }
  }

  private static void answer(Tensor output, int row, float value) {
    int token = value > LAST_COUNTED ? END_TOKEN : Math.round(value);
    MemorySegment target = output.row(row).segment();
    target.fill((byte) 0);
    target.set(FLOAT, 4L * Math.floorMod(token, DIMENSIONS.vocabulary()), 1);
  }

  /// A sequence of which nothing is remembered but its length.
  private final class Count implements Sequence {
    private final int capacity;
    private int length;
    private boolean ended;

    Count(int capacity, int length) {
      this.capacity = capacity;
      this.length = length;
      open.add(this);
    }

    DummyEngine engine() {
      return DummyEngine.this;
    }

    void requireRoom(int tokens) {
      requireAlive();
      if (tokens > capacity - length) {
        throw new IllegalArgumentException(
            ("tokens: " + tokens + " after " + length)
                + (" (expected: within the capacity of " + capacity + ")"));
      }
    }

    @Override
    public int length() {
      return length;
    }

    @Override
    public int capacity() {
      return capacity;
    }

    @Override
    public Sequence fork() {
      synchronized (DummyEngine.this) {
        requireAlive();
        return new Count(capacity, length);
      }
    }

    @Override
    public void truncate(int shorter) {
      requireAlive();
      if (shorter < 0 || shorter > length) {
        throw new IllegalArgumentException("length: " + shorter + " (expected: 0.." + length + ")");
      }
      length = shorter;
    }

    @Override
    public void close() {
      synchronized (DummyEngine.this) {
        ended = true;
        open.remove(this);
      }
    }

    private void requireAlive() {
      if (ended) {
        throw new IllegalStateException("sequence was closed");
      }
    }
  }
}
