package dev.myelin.cli;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A program that is measured: how its two processes are started. Both print JSON lines, the server
/// first its `port`.
interface BenchSide {
  /// Returns the name in results.
  String name();

  /// Returns what it can do.
  Set<BenchCase> cases();

  /// Starts the side that is dialled.
  ChildProcess server(BenchCase what, long bytes, Map<String, String> environment)
      throws IOException;

  /// Starts the side that dials.
  ChildProcess client(BenchCase what, long bytes, int port, Map<String, String> environment)
      throws IOException;

  /// Returns the arguments that make both programs do the same work.
  static List<String> load(BenchCase what, long bytes) {
    return switch (what) {
      case ONE_WAY ->
          List.of(
              "--total",
              Long.toString(bytes),
              "--repeat",
              Long.toString(passes(bytes)),
              "--warmup",
              warmup(bytes));
      case ROUND_TRIP ->
          List.of("--bytes", Long.toString(bytes), "--count", "20000", "--warmup", "200000");
      case SMALL ->
          List.of("--bytes", Long.toString(bytes), "--count", "200000", "--warmup", "50000");
      case HANDSHAKE ->
          List.of("--bytes", Long.toString(bytes), "--count", "100", "--warmup", "100");
      case DISCOVERY -> List.of("--bytes", Long.toString(bytes), "--count", "5", "--warmup", "2");
      case PREFILL, DECODE ->
          throw new IllegalArgumentException("case: " + what.text() + " (expected: one of nodes)");
    };
  }

  // About 2 GiB in all, so that a pass of one megabyte is not judged alone; the C program keeps
  // 1024 passes at most.
  private static long passes(long bytes) {
    return Math.clamp((2L << 30) / Math.max(bytes, 1), 2, 400);
  }

  // The compiler of the JVM is at work for about 8 GiB of frames; every side warms up as long.
  private static String warmup(long bytes) {
    return Long.toString(Math.clamp((8L << 30) / Math.max(bytes, 1), 2, 1000));
  }
}
