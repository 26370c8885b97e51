package dev.myelin.bench;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/// What a tensor costs to get and to give back, alone and with others at the same pool.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PoolBench {
  /// The size of the tensor.
  @Param({"64", "16384", "1048576"})
  public long bytes;

  private TensorPool pool;
  private Shape shape;

  /// Made by JMH.
  public PoolBench() {}

  /// Opens the pool.
  @Setup
  public void open() {
    pool = TensorPool.open("bench", 256L << 20);
    shape = Shape.of(bytes);
  }

  /// Closes the pool.
  @TearDown
  public void close() {
    pool.close();
  }

  /// One thread takes a tensor and gives it back.
  @Benchmark
  public long alone() {
    return allocateAndClose();
  }

  /// Four threads do so at once.
  @Benchmark
  @Threads(4)
  public long contended() {
    return allocateAndClose();
  }

  private long allocateAndClose() {
    try (Tensor tensor = pool.allocate(DType.U8, shape)) {
      return tensor.segment().address();
    }
  }
}
