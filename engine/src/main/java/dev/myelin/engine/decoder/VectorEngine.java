package dev.myelin.engine.decoder;

import dev.myelin.engine.Batch;
import dev.myelin.engine.Dimensions;
import dev.myelin.engine.Engine;
import dev.myelin.engine.EngineConfig;
import dev.myelin.engine.MemoryCost;
import dev.myelin.engine.Sequence;
import dev.myelin.engine.ShardSpec;
import dev.myelin.engine.kernel.Kernels;
import dev.myelin.engine.kernel.Packed;
import dev.myelin.engine.kernel.Team;
import dev.myelin.engine.kernel.WarmUp;
import dev.myelin.engine.model.Design;
import dev.myelin.engine.model.Model;
import dev.myelin.engine.model.ModelFileException;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// The engine in Java: computes with the vectors of the processor, on a team of threads of its own
/// that sleeps when there is nothing to do.
///
/// Weights are packed when they are loaded, so the model may be closed then.
public final class VectorEngine implements Engine {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  // Rows of logits that are computed together: a large vocabulary makes them wide.
  private static final int ANSWERS = 8;
  private static final long SMALL = 24L << 20;

  private final ShardSpec spec;
  private final Design design;
  private final int context;
  private final int chunk;
  private final MemoryCost cost;
  private final Arena arena;
  private final Team team;
  private final Kernels kernels;
  private final Page.Layout layout;
  private final Products products;
  private final Stack stack;
  private final @Nullable Packed embedding;
  private final @Nullable Packed head;
  private final Layer.@Nullable Vector lastNorm;
  private final float[] states;
  private final float[] answers;
  private float[] logits = new float[0];

  // Guards everything below, and is held while a batch runs.
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<Cache> caches = new HashSet<>();
  private final ArrayDeque<Page> spare = new ArrayDeque<>();
  private boolean closed;

  private VectorEngine(
      Model model, ShardSpec spec, EngineConfig config, Hardware hardware, LongConsumer progress)
      throws ModelFileException {
    this.spec = spec;
    this.design = model.design();
    this.context = context(design, config);
    this.chunk = config.chunk();
    this.cost = cost(model, spec, config, hardware.kernels().lanes());
    this.arena = hardware.arena();
    this.team = hardware.team();
    this.kernels = hardware.kernels();
    Design.Widths widths = design.widths();
    this.layout = new Page.Layout(2 * kernels.lanes(), widths.keyHeads(), widths.head());
    // A small shard is its own warm-up, and answers before that would have ended.
    if (cost.weightBytes() >= SMALL) {
      WarmUp.run(kernels, Loader.types(model, spec));
    }
    Loader loader = new Loader(model, spec, hardware, progress);
    this.embedding = loader.embedding();
    this.head = loader.head(embedding);
    this.lastNorm = loader.lastNorm();
    this.products = new Products(kernels, team, widest(design), chunk);
    Stack.Parts parts = new Stack.Parts(loader.layers(), kernels, team, products, layout);
    this.stack = new Stack(design, parts, spec.shard().firstLayer(), context, chunk);
    this.states = new float[chunk * design.dimensions().hidden()];
    this.answers = new float[ANSWERS * design.dimensions().hidden()];
  }

  /// Returns an engine for all of a model, which may be closed then.
  ///
  /// @throws ModelFileException if a weight is missing or not of the extents that the model says
  public static VectorEngine load(Model model, EngineConfig config) throws ModelFileException {
    return load(model, ShardSpec.of(model.whole()), config);
  }

  /// Returns an engine for a shard of a model, which may be closed then.
  ///
  /// @throws ModelFileException if a weight is missing or not of the extents that the model says
  /// @throws IllegalArgumentException if the model has another number of layers than the shard says
  public static VectorEngine load(Model model, ShardSpec spec, EngineConfig config)
      throws ModelFileException {
    return load(model, spec, config, _ -> {});
  }

  /// Returns an engine likewise, and tells how far it is.
  ///
  /// @param progress is told how many bytes of weights are there, of those that [#cost] says; what
  ///   it throws ends the loading
  /// @throws ModelFileException if a weight is missing or not of the extents that the model says
  /// @throws IllegalArgumentException if the model has another number of layers than the shard says
  public static VectorEngine load(
      Model model, ShardSpec spec, EngineConfig config, LongConsumer progress)
      throws ModelFileException {
    return load(model, spec, config, Kernels.best(), progress);
  }

  static VectorEngine load(
      Model model, ShardSpec spec, EngineConfig config, Kernels kernels, LongConsumer progress)
      throws ModelFileException {
    requireLayers(model, spec);
    Arena arena = Arena.ofShared();
    Team team = Team.of(config.threads());
    try {
      return new VectorEngine(model, spec, config, new Hardware(kernels, team, arena), progress);
    } catch (Throwable e) {
      team.close();
      arena.close();
      throw e;
    }
  }

  /// Returns what an engine for a shard of a model would take of memory.
  ///
  /// @throws IllegalArgumentException if the model has another number of layers than the shard says
  public static MemoryCost cost(Model model, ShardSpec spec, EngineConfig config) {
    requireLayers(model, spec);
    return cost(model, spec, config, Kernels.best().lanes());
  }

  @Override
  public ShardSpec spec() {
    return spec;
  }

  @Override
  public Dimensions dimensions() {
    return design.dimensions();
  }

  @Override
  public MemoryCost cost() {
    return cost;
  }

  @Override
  public Sequence begin(int capacity) {
    if (capacity < 1 || capacity > context) {
      throw new IllegalArgumentException(
          "capacity: " + capacity + " (expected: 1.." + context + ")");
    }
    Cache cache = new Cache(this, spec.shard().count(), capacity);
    remember(cache);
    return cache;
  }

  @Override
  public void forward(Batch batch, Tensor output) {
    lock.lock();
    try {
      requireOpen();
      check(batch, output);
      for (Batch.Part part : batch.parts()) {
        ((Cache) part.sequence()).prepare(part.tokens());
      }
      run(batch, output);
      for (Batch.Part part : batch.parts()) {
        ((Cache) part.sequence()).grow(part.tokens());
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        List.copyOf(caches).forEach(Cache::close);
        spare.clear();
        team.close();
        arena.close();
      }
    } finally {
      lock.unlock();
    }
  }

  void remember(Cache cache) {
    lock.lock();
    try {
      requireOpen();
      caches.add(cache);
    } finally {
      lock.unlock();
    }
  }

  void forget(Cache cache) {
    lock.lock();
    try {
      caches.remove(cache);
    } finally {
      lock.unlock();
    }
  }

  /// Returns a page that nobody remembers; what stands in it means nothing.
  Page page() {
    lock.lock();
    try {
      Page page = spare.poll();
      return page == null ? Page.empty(layout) : page.again();
    } finally {
      lock.unlock();
    }
  }

  /// Keeps a page for the next one who needs one, up to those of one sequence of the whole context.
  void giveBack(Page page) {
    lock.lock();
    try {
      long most = (long) spec.shard().count() * Math.ceilDiv(context, Page.TOKENS);
      if (!closed && spare.size() < most) {
        spare.push(page);
      }
    } finally {
      lock.unlock();
    }
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
      if (!(part.sequence() instanceof Cache cache) || cache.engine() != this) {
        throw new IllegalArgumentException("sequence: of another engine (expected: of this one)");
      }
      cache.requireRoom(part.tokens());
    }
    if (spec.input() == ShardSpec.Input.TOKENS) {
      checkTokens(input);
    }
  }

  private void checkTokens(Tensor input) {
    int vocabulary = design.dimensions().vocabulary();
    MemorySegment ids = input.segment();
    for (long i = 0; i < input.shape().dim(0); i++) {
      int token = ids.get(INT, 4 * i);
      if (token < 0 || token >= vocabulary) {
        throw new IllegalArgumentException(
            "token: " + token + " at " + i + " (expected: 0.." + (vocabulary - 1) + ")");
      }
    }
  }

  private void run(Batch batch, Tensor output) {
    Reading reading = new Reading(batch);
    long written = 0;
    int row = 0;
    while (reading.next(chunk)) {
      take(batch.input(), row, reading.rows);
      stack.run(states, reading.rows, reading.slices);
      if (spec.output() == ShardSpec.Output.HIDDEN) {
        int count = reading.rows * design.dimensions().hidden();
        long offset = 4L * row * design.dimensions().hidden();
        MemorySegment.copy(states, 0, output.segment(), FLOAT, offset, count);
      } else {
        written += answer(reading.answering, output, written);
      }
      row += reading.rows;
    }
  }

  private void take(Tensor input, int from, int count) {
    int hidden = design.dimensions().hidden();
    MemorySegment source = input.segment();
    if (embedding == null) {
      MemorySegment.copy(source, FLOAT, 4L * from * hidden, states, 0, count * hidden);
      return;
    }
    float scale = design.scales().embedding();
    for (int i = 0; i < count; i++) {
      embedding.row(source.get(INT, 4L * (from + i)), states, i * hidden);
      for (int k = i * hidden; scale != 1 && k < (i + 1) * hidden; k++) {
        states[k] *= scale;
      }
    }
  }

  private long answer(List<Integer> rows, Tensor output, long written) {
    int hidden = design.dimensions().hidden();
    int vocabulary = design.dimensions().vocabulary();
    if (head == null || lastNorm == null) {
      return 0;
    }
    for (int from = 0; from < rows.size(); from += ANSWERS) {
      int count = Math.min(ANSWERS, rows.size() - from);
      if (logits.length < count * vocabulary + layout.group()) {
        logits = new float[Math.multiplyExact(count, vocabulary) + layout.group()];
      }
      float epsilon = design.scales().epsilon();
      for (int i = 0; i < count; i++) {
        int at = rows.get(from + i) * hidden;
        kernels.norm(states, at, lastNorm.numbers, answers, i * hidden, epsilon);
      }
      products.multiply(answers, count, new Packed[] {head}, new float[][] {logits});
      bound(count * vocabulary);
      long offset = 4 * (written + from) * vocabulary;
      MemorySegment.copy(logits, 0, output.segment(), FLOAT, offset, count * vocabulary);
    }
    return rows.size();
  }

  private void bound(int count) {
    float cap = design.scales().logitCap();
    for (int i = 0; cap > 0 && i < count; i++) {
      logits[i] = cap * (float) Math.tanh(logits[i] / cap);
    }
  }

  private static void requireLayers(Model model, ShardSpec spec) {
    if (spec.shard().layers() != model.dimensions().layers()) {
      throw new IllegalArgumentException(
          ("layers: " + spec.shard().layers())
              + (" (expected: " + model.dimensions().layers() + ", as " + model.name() + " has)"));
    }
  }

  private static int context(Design design, EngineConfig config) {
    int most = design.dimensions().context();
    return config.context() == 0 ? most : Math.min(most, config.context());
  }

  private static int widest(Design design) {
    Design.Widths widths = design.widths();
    int heads = widths.heads() * widths.head();
    return Math.max(Math.max(design.dimensions().hidden(), widths.feedForward()), heads);
  }

  private static MemoryCost cost(Model model, ShardSpec spec, EngineConfig config, int lanes) {
    Design design = model.design();
    Design.Widths widths = design.widths();
    int chunk = config.chunk();
    long scratch =
        Stack.bytes(design, context(design, config), chunk, lanes)
            + Products.bytes(widest(design), chunk, config.threads(), lanes)
            + 4L * (chunk + ANSWERS) * design.dimensions().hidden()
            + 4L * ANSWERS * design.dimensions().vocabulary();
    Page.Layout layout = new Page.Layout(2 * lanes, widths.keyHeads(), widths.head());
    long page = 4L * layout.keyNumbers() + 4L * layout.valueNumbers();
    long perToken = spec.shard().count() * page / Page.TOKENS;
    return new MemoryCost(Loader.bytes(model, spec, lanes), scratch, perToken, Page.TOKENS);
  }

  /// The rows of a batch, chunk by chunk.
  private static final class Reading {
    private final Batch batch;
    private final List<Slice> slices = new ArrayList<>();
    private final List<Integer> answering = new ArrayList<>();
    private int part;
    private int token;
    private int rows;

    Reading(Batch batch) {
      this.batch = batch;
    }

    boolean next(int most) {
      slices.clear();
      answering.clear();
      rows = 0;
      while (rows < most && part < batch.parts().size()) {
        Batch.Part current = batch.parts().get(part);
        int count = Math.min(most - rows, current.tokens() - token);
        Cache cache = (Cache) current.sequence();
        slices.add(new Slice(cache, rows, count, cache.length() + token));
        int answers = current.tokens() - current.answers();
        for (int i = Math.max(0, answers - token); i < count; i++) {
          answering.add(rows + i);
        }
        rows += count;
        token += count;
        if (token == current.tokens()) {
          part++;
          token = 0;
        }
      }
      return rows > 0;
    }
  }
}
