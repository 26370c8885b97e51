package dev.myelin.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.net.Delivery;
import dev.myelin.net.Endpoint;
import dev.myelin.net.NodeConfig;
import dev.myelin.net.NodeConfig.Finding;
import dev.myelin.net.Receipt;
import dev.myelin.net.Transport;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import java.lang.foreign.ValueLayout;
import java.net.DatagramSocket;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ExamplesTest {
  private static final String KEY = "0123456789abcdef0123456789abcdef";
  private static final Endpoint LOOPBACK = new Endpoint("127.0.0.1", 0);

  @Test
  void threeLinesSendWhatThreeLinesReceive() throws Exception {
    int port = freeUdpPort();
    try (TensorPool pool = TensorPool.open("test", 1 << 20);
        Tensor tensor = pool.allocate(DType.F32, Shape.of(2, 3));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 6; i++) {
        tensor.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, i);
      }
      Future<String> received = threads.submit(() -> receive(onLoopback(port)));
      Receipt receipt = SendTensor.send(onLoopback(port), tensor);
      assertThat(receipt).isEqualTo(new Receipt(24, true));
      assertThat(received.get()).isEqualTo("weights F32 [2, 3] 0.0 5.0");
    }
  }

  private static String receive(NodeConfig config) throws Exception {
    StringBuilder seen = new StringBuilder();
    ReceiveTensor.receive(config, delivery -> seen.append(describe(delivery)));
    return seen.toString();
  }

  private static String describe(Delivery delivery) {
    Tensor tensor = delivery.tensor();
    float first = tensor.segment().getAtIndex(ValueLayout.JAVA_FLOAT, 0);
    float last = tensor.segment().getAtIndex(ValueLayout.JAVA_FLOAT, 5);
    return "%s %s %s %s %s".formatted(delivery.name(), tensor.dtype(), tensor.shape(), first, last);
  }

  @Test
  void aBareConnectionCarriesATensorToAndFro() throws Exception {
    try (Transport server = Transport.open(onLoopback(freeUdpPort()));
        Transport client = Transport.open(onLoopback(freeUdpPort()));
        TensorPool pool = TensorPool.open("test", 1 << 20)) {
      Endpoint at = RoundTrip.listen(server, LOOPBACK, pool);
      assertThat(RoundTrip.measure(client, at, pool, 100)).isPositive();
    }
  }

  /// A node on one address announces itself only on the interface that has it.
  private static NodeConfig onLoopback(int broadcastPort) {
    Set<Finding.Means> means = Set.of(Finding.Means.BROADCAST, Finding.Means.MULTICAST);
    return NodeConfig.of("lab", KEY)
        .listen(LOOPBACK)
        .finding(new Finding(means, List.of(), Optional.empty(), broadcastPort));
  }

  private static int freeUdpPort() throws Exception {
    try (DatagramSocket socket = new DatagramSocket()) {
      return socket.getLocalPort();
    }
  }
}
