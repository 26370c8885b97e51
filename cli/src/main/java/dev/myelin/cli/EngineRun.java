package dev.myelin.cli;

import com.sun.management.ThreadMXBean;
import dev.myelin.engine.Batch;
import dev.myelin.engine.Engine;
import dev.myelin.engine.EngineConfig;
import dev.myelin.engine.Sequence;
import dev.myelin.engine.ShardSpec;
import dev.myelin.engine.decoder.VectorEngine;
import dev.myelin.engine.model.Model;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.SplittableRandom;

/// Our engine on one model, one text from its beginning again and again, with any tokens.
///
/// The tokens are chosen before, by chance as llama-bench does: what comes next is not asked for.
final class EngineRun implements AutoCloseable {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final String WORKERS = "my-engine-";
  private static final Duration REST = Duration.ofSeconds(5);

  private final Engine engine;
  private final Sequence sequence;
  private final Duration loading;
  private final Arena arena = Arena.ofShared();
  private final Tensor one;
  private final Tensor output;
  private final long[] ids;

  private EngineRun(Engine engine, Duration loading, int most) {
    this.engine = engine;
    this.loading = loading;
    this.sequence = engine.begin(most);
    int vocabulary = engine.dimensions().vocabulary();
    this.ids = new SplittableRandom(1).ints(most, 0, vocabulary).asLongStream().toArray();
    this.one = Tensor.wrap(DType.I32, Shape.of(1), arena.allocate(4, 4));
    Shape row = Shape.of(1, vocabulary);
    this.output = Tensor.wrap(DType.F32, row, arena.allocate(DType.F32.bytesFor(vocabulary), 64));
  }

  /// Loads all of a model; an interrupt ends that.
  ///
  /// @param most tokens that a pass will have
  /// @throws CommandException if there is too little memory
  static EngineRun load(String name, Path path, int threads, int most) throws IOException {
    long start = System.nanoTime();
    try (Model model = Model.open(path)) {
      int context = model.dimensions().context();
      if (most > context) {
        throw new CommandException(
            ExitCodes.USAGE,
            "--tokens: " + most + " (expected: 1.." + context + ", which the model allows)");
      }
      ShardSpec spec = ShardSpec.of(model.whole());
      EngineConfig config = EngineConfig.defaults().withContext(most).withThreads(threads);
      Memory.of().require(name, VectorEngine.cost(model, spec, config), most, "--tokens");
      Engine engine = VectorEngine.load(model, spec, config, _ -> ProgressLine.requireGoingOn());
      try {
        return new EngineRun(engine, Duration.ofNanos(System.nanoTime() - start), most);
      } catch (RuntimeException | Error e) {
        engine.close();
        throw e;
      }
    }
  }

  /// What a pass took.
  ///
  /// @param allocated bytes on the heap, by all threads of this process
  record Pass(Duration time, long allocated) {}

  /// Returns how long it took from the file to an engine.
  Duration loading() {
    return loading;
  }

  /// Returns what the packed weights take.
  long weightBytes() {
    return engine.cost().weightBytes();
  }

  /// Forgets everything, and runs so many tokens: together, or each by itself.
  ///
  /// @throws InterruptedException instead, if the thread was interrupted
  Pass pass(BenchCase what, int tokens) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("before " + what.text());
    }
    try (Arena brief = Arena.ofConfined()) {
      Tensor prompt =
          Tensor.wrap(DType.I32, Shape.of(tokens), brief.allocate(4L * tokens, Integer.BYTES));
      for (int i = 0; i < tokens; i++) {
        prompt.set(i, ids[i]);
      }
      sequence.truncate(0);
      long before = THREADS.getTotalThreadAllocatedBytes();
      long start = System.nanoTime();
      if (what == BenchCase.PREFILL) {
        engine.forward(Batch.of(prompt, sequence, Batch.Answer.LAST), output);
      } else {
        for (int i = 0; i < tokens; i++) {
          one.set(0, ids[i]);
          engine.forward(Batch.of(one, sequence, Batch.Answer.LAST), output);
        }
      }
      Duration time = Duration.ofNanos(System.nanoTime() - start);
      return new Pass(time, THREADS.getTotalThreadAllocatedBytes() - before);
    }
  }

  /// Waits until every thread that computes sleeps, so that another program has the processors.
  ///
  /// @param least how many there are at least beside the caller's: if fewer are seen, they cannot
  ///   be told from others
  static void awaitRest(int least) throws InterruptedException {
    long seen = Arrays.stream(threads()).filter(EngineRun::computes).count();
    if (seen < least) {
      throw new IllegalStateException(
          "threads of the engine: " + seen + " (expected: >= " + least + ")");
    }
    long end = System.nanoTime() + REST.toNanos();
    while (!Arrays.stream(threads()).allMatch(EngineRun::rests)) {
      if (System.nanoTime() > end) {
        throw new CommandException(
            ExitCodes.SOFTWARE,
            "threads of the engine still ran after "
                + Words.time(REST)
                + " (expected: asleep without work)");
      }
      Thread.sleep(1);
    }
  }

  private static boolean computes(Thread thread) {
    return thread.getName().startsWith(WORKERS);
  }

  private static boolean rests(Thread thread) {
    return !computes(thread)
        || thread.getState() == Thread.State.WAITING
        || thread.getState() == Thread.State.TERMINATED;
  }

  private static Thread[] threads() {
    ThreadGroup top = Objects.requireNonNull(Thread.currentThread().getThreadGroup());
    while (top.getParent() != null) {
      top = top.getParent();
    }
    Thread[] found = new Thread[top.activeCount() + 64];
    return Arrays.copyOf(found, top.enumerate(found));
  }

  @Override
  public void close() {
    sequence.close();
    engine.close();
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
