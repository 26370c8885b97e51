package dev.myelin.cli;

import dev.myelin.net.Endpoint;
import dev.myelin.net.Node;
import dev.myelin.net.NodeConfig;
import dev.myelin.net.Peer;
import dev.myelin.net.SendOptions;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;

/// The dialling process of a measurement.
final class BenchClient {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String NAME = "bench";

  private final RootCommand root;
  private final NodeConfig config;
  private final BenchNodeCommand.Load load;
  private final Endpoint server;

  BenchClient(RootCommand root, NodeConfig config, BenchNodeCommand.Load load, int port) {
    this.root = root;
    this.config = config;
    this.load = load;
    this.server = new Endpoint("127.0.0.1", port);
  }

  void run(BenchCase what) throws IOException, InterruptedException {
    long bytes = what == BenchCase.ONE_WAY ? load.total() : load.bytes();
    try (TensorPool pool = TensorPool.open("bench", bytes);
        Tensor tensor = pool.allocate(DType.U8, Shape.of(bytes))) {
      tensor.segment().fill((byte) 7);
      switch (what) {
        case ONE_WAY -> oneWay(tensor);
        case SMALL -> small(tensor);
        case ROUND_TRIP -> report(what, new BenchLink(config, load).trips(server, tensor));
        case HANDSHAKE -> handshakes(tensor);
        case DISCOVERY, PREFILL, DECODE ->
            throw new IllegalArgumentException(what.text() + " (expected: a case with a client)");
      }
    }
  }

  private void oneWay(Tensor tensor) throws IOException, InterruptedException {
    try (Node node = Node.start(config)) {
      Peer peer = node.connect(server, LIMIT);
      CpuClock cpu = new CpuClock();
      for (int i = 0; i < load.warmup(); i++) {
        pass(node, peer, tensor);
      }
      double cpuStart = cpu.seconds();
      long start = System.nanoTime();
      for (int i = 0; i < load.repeat(); i++) {
        pass(node, peer, tensor);
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      double bytes = (double) tensor.byteSize() * load.repeat();
      root.print(
          Json.object(
              "case",
              BenchCase.ONE_WAY.text(),
              "role",
              "client",
              "bytes",
              (long) bytes,
              "seconds",
              seconds,
              "cpu_s",
              cpu.seconds() - cpuStart,
              "gb_per_s",
              bytes / seconds / 1e9));
    }
  }

  /// One pass: the whole tensor without a digest, answered by one byte.
  private static void pass(Node node, Peer peer, Tensor tensor)
      throws IOException, InterruptedException {
    peer.send(NAME, tensor);
    node.receive(LIMIT).close();
  }

  private void small(Tensor tensor) throws IOException {
    double rate = new BenchLink(config, load).flood(server, tensor);
    root.print(Json.object("case", BenchCase.SMALL.text(), "role", "client", "msg_per_s", rate));
  }

  private void handshakes(Tensor tensor) throws IOException, InterruptedException {
    double[] millis = new double[load.count()];
    for (int i = -load.warmup(); i < load.count(); i++) {
      try (Node node = Node.start(config.identity(NodeOptions.stranger(config.identity())))) {
        long start = System.nanoTime();
        node.connect(server, LIMIT).deliver(NAME, tensor, SendOptions.defaults());
        if (i >= 0) {
          millis[i] = (System.nanoTime() - start) / 1e6;
        }
      }
    }
    report(BenchCase.HANDSHAKE, millis);
  }

  private void report(BenchCase what, double[] values) {
    Arrays.sort(values);
    root.print(
        Json.object(
            "case",
            what.text(),
            "role",
            "client",
            "p50",
            values[values.length / 2],
            "p99",
            values[values.length * 99 / 100],
            "min",
            values[0],
            "max",
            values[values.length - 1]));
  }
}
