package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class EarlyLeaverTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  @RepeatedTest(20)
  void aReceiverThatClosesAtOnceStillGivesItsReceipt() throws Exception {
    NodeConfig config = NodeTest.quiet("0123456789abcdef0123456789abcdef");
    try (TensorPool pool = TensorPool.open("test", 1 << 20);
        Tensor tensor = pool.allocate(DType.U8, Shape.of(24));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        Node sender = Node.start(config)) {
      Node receiver = Node.start(NodeTest.quiet("0123456789abcdef0123456789abcdef"));
      Peer peer = sender.connect(receiver.endpoint(), SOON);
      Future<String> taken = threads.submit(() -> takeAndLeave(receiver));
      assertThat(peer.deliver("x", tensor, SendOptions.defaults()).confirmed()).isTrue();
      assertThat(taken.get()).isEqualTo("x");
    }
  }

  private static String takeAndLeave(Node node) throws Exception {
    try (node;
        Delivery delivery = node.receive(SOON)) {
      return delivery.name();
    }
  }
}
