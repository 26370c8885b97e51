package dev.myelin.cli;

import dev.myelin.engine.decoder.Roofline;
import java.util.function.LongSupplier;

/// How fast this machine reads memory and multiplies at most, as seen so far.
final class Ceiling implements AutoCloseable {
  private static final long BYTES = 1L << 30;
  private static final int TURNS = 3;
  private static final long TURN_NANOS = 30_000_000;

  private final Roofline roofline;
  private final int threads;
  private double readRate;
  private double multiplyRate;

  private Ceiling(Roofline roofline, int threads) {
    this.roofline = roofline;
    this.threads = threads;
  }

  static Ceiling open(int threads) {
    long bytes = Math.clamp(Memory.of().free() / 8, 1, BYTES);
    return new Ceiling(Roofline.open(threads, bytes), threads);
  }

  /// Measures once more; the highest figures count.
  void measure() throws InterruptedException {
    for (int i = 0; i < TURNS; i++) {
      readRate = Math.max(readRate, rate(roofline::read));
      multiplyRate = Math.max(multiplyRate, rate(roofline::multiply));
    }
    EngineRun.awaitRest(threads - 1);
  }

  /// Returns bytes in a second.
  double readRate() {
    return readRate;
  }

  /// Returns operations in a second, two for each product that is added.
  double multiplyRate() {
    return multiplyRate;
  }

  private static double rate(LongSupplier work) {
    long done = 0;
    long start = System.nanoTime();
    long now;
    do {
      done += work.getAsLong();
      now = System.nanoTime();
    } while (now - start < TURN_NANOS);
    return done * 1e9 / (now - start);
  }

  @Override
  public void close() {
    roofline.close();
  }
}
