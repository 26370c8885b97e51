package dev.myelin.bench;

import dev.myelin.tensor.Conversion;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// How many elements a second are converted between f32 and a smaller type.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ConversionBench {
  private static final int ELEMENTS = 1 << 20;

  /// The smaller type.
  @Param({"F16", "BF16", "Q8_0"})
  public DType small;

  private TensorPool pool;
  private Tensor wide;
  private Tensor narrow;

  /// Made by JMH.
  public ConversionBench() {}

  /// Fills a tensor with numbers of usual size.
  @Setup
  public void fill() {
    pool = TensorPool.open("bench", 64L << 20);
    wide = pool.allocate(DType.F32, Shape.of(ELEMENTS));
    narrow = pool.allocate(small, Shape.of(ELEMENTS));
    for (int i = 0; i < ELEMENTS; i++) {
      wide.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, (i % 2003 - 1001) / 97f);
    }
    Conversion.convert(wide, narrow);
  }

  /// Gives the memory back.
  @TearDown
  public void close() {
    wide.close();
    narrow.close();
    pool.close();
  }

  /// From f32.
  @Benchmark
  @OperationsPerInvocation(ELEMENTS)
  public Tensor narrow() {
    Conversion.convert(wide, narrow);
    return narrow;
  }

  /// To f32.
  @Benchmark
  @OperationsPerInvocation(ELEMENTS)
  public Tensor widen() {
    Conversion.convert(narrow, wide);
    return wide;
  }
}
