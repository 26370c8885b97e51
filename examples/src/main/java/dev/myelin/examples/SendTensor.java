package dev.myelin.examples;

import dev.myelin.net.Node;
import dev.myelin.net.NodeConfig;
import dev.myelin.net.Peer;
import dev.myelin.net.Receipt;
import dev.myelin.net.SendOptions;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.time.Duration;

/// How do I send a tensor? Start [ReceiveTensor] with the same key, here or on another machine of
/// the network.
public final class SendTensor {
  private SendTensor() {}

  /// Sends a small tensor to the first node that shares the key.
  ///
  /// @param arguments the key
  public static void main(String... arguments) throws IOException, InterruptedException {
    try (TensorPool pool = TensorPool.open("example", 1 << 20);
        Tensor tensor = pool.allocate(DType.F32, Shape.of(2, 3))) {
      for (int i = 0; i < 6; i++) {
        tensor.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, i);
      }
      System.out.println(send(NodeConfig.of("lab", arguments[0]), tensor));
    }
  }

  static Receipt send(NodeConfig config, Tensor tensor) throws IOException, InterruptedException {
    try (Node node = Node.start(config)) {
      Peer peer = node.awaitPeer(Duration.ofSeconds(30));
      return peer.deliver("weights", tensor, SendOptions.defaults());
    }
  }
}
