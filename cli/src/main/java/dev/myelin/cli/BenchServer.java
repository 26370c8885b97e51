package dev.myelin.cli;

import dev.myelin.net.Delivery;
import dev.myelin.net.Node;
import dev.myelin.net.NodeConfig;
import dev.myelin.net.Reception;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import java.io.IOException;
import java.time.Duration;

/// The dialled process of a measurement.
final class BenchServer {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final RootCommand root;
  private final NodeConfig config;
  private final BenchNodeCommand.Load load;

  BenchServer(RootCommand root, NodeConfig config, BenchNodeCommand.Load load) {
    this.root = root;
    this.config = config;
    this.load = load;
  }

  void run(BenchCase what) throws IOException, InterruptedException {
    if (what == BenchCase.ROUND_TRIP || what == BenchCase.SMALL) {
      new BenchLink(config, load).serve(root, what);
      return;
    }
    Reception reception =
        what == BenchCase.HANDSHAKE ? Reception.handler(Delivery::close) : Reception.inbox();
    try (Node node = Node.start(config, reception)) {
      root.print(Json.object("port", node.endpoint().port()));
      switch (what) {
        case ONE_WAY -> take(node);
        case HANDSHAKE -> serve();
        case ROUND_TRIP, SMALL, DISCOVERY, PREFILL, DECODE ->
            throw new IllegalArgumentException(what.text());
      }
      // What was confirmed last must have left before the node says goodbye.
      serve();
    }
  }

  /// One pass: the whole tensor, answered by one byte, as the C program does it.
  private static void pass(Node node) throws IOException, InterruptedException {
    try (Delivery delivery = node.receive(LIMIT);
        Tensor answer = node.pool().allocate(DType.U8, Shape.of(1))) {
      node.awaitPeer(delivery.from(), LIMIT).send("answer", answer);
    }
  }

  private void take(Node node) throws IOException, InterruptedException {
    CpuClock cpu = new CpuClock();
    for (int i = 0; i < load.warmup(); i++) {
      pass(node);
    }
    double cpuStart = cpu.seconds();
    long start = System.nanoTime();
    for (int i = 0; i < load.repeat(); i++) {
      pass(node);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    root.print(
        Json.object(
            "case",
            BenchCase.ONE_WAY.text(),
            "role",
            "server",
            "seconds",
            seconds,
            "cpu_s",
            cpu.seconds() - cpuStart));
  }

  // Until the one who started us has had enough.
  private void serve() throws IOException {
    while (root.shell().in().read() >= 0) {
      // orders are for others
    }
  }
}
