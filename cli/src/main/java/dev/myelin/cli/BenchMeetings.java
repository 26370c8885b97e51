package dev.myelin.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// Has two processes start a node each at the same moment, and waits for the first tensor, again
/// and again.
final class BenchMeetings {
  private static final int WARMUPS = 2;
  private static final int MEETINGS = 9;

  private BenchMeetings() {}

  /// Returns how long from the order to start until the tensor was confirmed, in milliseconds.
  static BenchResult.Sample run(ChildProcess server, ChildProcess client, Duration limit)
      throws IOException, InterruptedException {
    client.await("ready", limit);
    List<Double> millis = new ArrayList<>();
    for (int i = 0; i < WARMUPS + MEETINGS; i++) {
      Map<String, Object> go = Json.object("go", i);
      long start = System.nanoTime();
      server.order(go);
      client.order(go);
      client.await("delivered", limit);
      double took = (System.nanoTime() - start) / 1e6;
      server.await("stopped", limit);
      client.await("stopped", limit);
      if (i >= WARMUPS) {
        millis.add(took);
      }
    }
    double[] sorted = millis.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    return new BenchResult.Sample(sorted[sorted.length / 2], 0, sorted[sorted.length - 1]);
  }
}
