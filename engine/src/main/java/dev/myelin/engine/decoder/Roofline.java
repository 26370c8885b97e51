package dev.myelin.engine.decoder;

import dev.myelin.engine.kernel.Exertion;
import dev.myelin.engine.kernel.Kernels;
import dev.myelin.engine.kernel.ScalarKernels;
import dev.myelin.engine.kernel.Team;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// What processors and memory can do at most, as work for somebody who has a clock.
///
/// A team like that of an engine reads a memory that no cache holds, or multiplies numbers that
/// never leave the processor. For one thread at a time; the owner closes it.
public final class Roofline implements AutoCloseable {
  private static final long PIECE = 1L << 20;
  private static final int PIECES = 64;
  private static final int ROUNDS = 1 << 17;
  private static final int TURNS = 8;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment memory;
  private final Kernels kernels = Kernels.best();
  private final Team team;
  private final float[][] sums;
  private long next;

  @SuppressWarnings("UnusedVariable") // Written so that no reading is left out.
  private volatile int seen;

  private Roofline(int threads, long bytes) {
    this.sums = new float[threads][2 * kernels.lanes()];
    try {
      this.memory = arena.allocate(bytes, Exertion.PART);
      this.team = Team.of(threads);
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  /// Opens a team of that many threads, the caller's among them, and memory for it.
  ///
  /// @param bytes how much there is to read, rounded up to a MiB: several times what the caches
  ///   hold
  public static Roofline open(int threads, long bytes) {
    if (threads < 1 || bytes < 1) {
      throw new IllegalArgumentException(
          "threads: " + threads + ", bytes: " + bytes + " (expected: >= 1, >= 1)");
    }
    return new Roofline(threads, Math.ceilDiv(bytes, PIECE) * PIECE);
  }

  /// Returns whether the vectors of the processor are used; without their module nothing is fast.
  public static boolean isVector() {
    return !(Kernels.best() instanceof ScalarKernels);
  }

  /// Reads the next part of the memory, in the end its first again, and returns how many bytes that
  /// were.
  public long read() {
    long first = next;
    int pieces = (int) Math.min(PIECES, (memory.byteSize() - first) / PIECE);
    team.run(
        pieces,
        (_, piece) -> {
          long from = first + piece * PIECE;
          seen = Exertion.read(kernels, memory, from, from + PIECE);
        });
    next = (first + pieces * PIECE) % memory.byteSize();
    return pieces * PIECE;
  }

  /// Multiplies for some milliseconds and returns how many operations that were, two for each
  /// product that is added.
  public long multiply() {
    long[] operations = new long[sums.length];
    team.run(
        TURNS * sums.length,
        (member, _) ->
            operations[member] += (long) ROUNDS * Exertion.multiply(kernels, ROUNDS, sums[member]));
    long sum = 0;
    for (long each : operations) {
      sum += each;
    }
    return sum;
  }

  /// Ends the threads and gives the memory back. Twice is harmless.
  @Override
  public void close() {
    team.close();
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
