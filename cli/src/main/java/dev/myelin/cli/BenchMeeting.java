package dev.myelin.cli;

import dev.myelin.net.Delivery;
import dev.myelin.net.Node;
import dev.myelin.net.NodeConfig;
import dev.myelin.net.Reception;
import dev.myelin.net.SendOptions;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// One of two processes that are told to start a node at the same moment and must find each other.
final class BenchMeeting {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final RootCommand root;
  private final NodeConfig config;
  private final BenchNodeCommand.Load load;

  BenchMeeting(RootCommand root, NodeConfig config, BenchNodeCommand.Load load) {
    this.root = root;
    this.config = config;
    this.load = load;
  }

  /// Meets once per order, until the orders end.
  void obey(boolean sends) throws IOException, InterruptedException {
    root.print(NodeEvents.event("ready", "port", 0));
    BufferedReader orders =
        new BufferedReader(new InputStreamReader(root.shell().in(), StandardCharsets.UTF_8));
    while (orders.readLine() != null) {
      if (sends) {
        send();
      } else {
        receive();
      }
      root.print(NodeEvents.event("stopped"));
    }
  }

  private void send() throws IOException, InterruptedException {
    try (TensorPool pool = TensorPool.open("bench", load.bytes());
        Tensor tensor = pool.allocate(DType.U8, Shape.of(load.bytes()));
        Node node = Node.start(config.identity(NodeOptions.stranger(config.identity())))) {
      node.awaitPeer(LIMIT).deliver("bench", tensor, SendOptions.defaults());
      root.print(NodeEvents.event("delivered"));
    }
  }

  private void receive() throws IOException, InterruptedException {
    NodeConfig fresh = config.identity(NodeOptions.stranger(config.identity()));
    try (Node node = Node.start(fresh, Reception.inbox());
        Delivery _ = node.receive(LIMIT)) {
      // the sender stops first, so that it hears the receipt
      while (!node.peers().isEmpty() && !Targets.connected(node).isEmpty()) {
        Thread.sleep(1);
      }
    }
  }
}
