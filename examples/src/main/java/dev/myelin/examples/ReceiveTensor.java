package dev.myelin.examples;

import dev.myelin.net.Delivery;
import dev.myelin.net.Node;
import dev.myelin.net.NodeConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;

/// How do I receive a tensor? Start [SendTensor] with the same key, here or on another machine of
/// the network.
public final class ReceiveTensor {
  private ReceiveTensor() {}

  /// Receives one tensor and prints what it is.
  ///
  /// @param arguments the key
  public static void main(String... arguments) throws IOException, InterruptedException {
    receive(NodeConfig.of("lab", arguments[0]), ReceiveTensor::print);
  }

  static void receive(NodeConfig config, Consumer<Delivery> use)
      throws IOException, InterruptedException {
    try (Node node = Node.start(config);
        Delivery delivery = node.receive(Duration.ofMinutes(1))) {
      use.accept(delivery);
    }
  }

  private static void print(Delivery delivery) {
    String shape = delivery.tensor().dtype() + " " + delivery.tensor().shape();
    System.out.println(delivery.name() + " " + shape + " from " + delivery.from());
  }
}
