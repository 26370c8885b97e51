package dev.myelin.wire.asoc;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What a frame header costs to write and to read; off heap, as on its way to and from a socket.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class AsocHeaderBench {
  private final MemorySegment header = Arena.ofAuto().allocate(AsocHeader.SIZE, 8);
  private int sequence;

  /// Made by JMH.
  public AsocHeaderBench() {}

  /// Writes a header.
  @Benchmark
  public MemorySegment put() {
    AsocHeader.put(header, AsocHeader.DATA, 1, sequence++, 1 << 20);
    return header;
  }

  /// Writes a header and reads every field of it.
  @Benchmark
  public long putAndRead() {
    AsocHeader.put(header, AsocHeader.DATA, 1, sequence++, 1 << 20);
    return AsocHeader.version(header)
        + AsocHeader.type(header)
        + AsocHeader.stream(header)
        + AsocHeader.sequence(header)
        + AsocHeader.length(header);
  }
}
