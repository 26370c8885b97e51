package dev.myelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.net.Delivery;
import dev.myelin.net.Endpoint;
import dev.myelin.net.Node;
import dev.myelin.net.NodeConfig;
import dev.myelin.net.NodeConfig.Finding;
import dev.myelin.net.Peer;
import dev.myelin.net.Receipt;
import dev.myelin.net.SendOptions;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.wire.TensorHeader.Digest;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// The whole way in one page: two nodes, one port, one tensor, and nothing left behind.
@ExtendWith(LeakCheck.class)
@Timeout(30)
class WayOfATensorTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  @Test
  void aTensorReachesAnotherNodeWholeAndLeavesNothingBehind(TensorPool pool) throws Exception {
    NodeConfig alone =
        NodeConfig.of("lab", Identities.KEY)
            .listen(new Endpoint("127.0.0.1", 0))
            .finding(Finding.only());
    try (Node sender = Node.start(alone.identity(Identities.fresh("lab")));
        Node receiver = Node.start(alone.identity(Identities.fresh("lab")));
        Tensor weights = pool.allocate(DType.F32, Shape.of(3, 1_000_001))) {
      for (long i = 0; i < weights.shape().elements(); i++) {
        weights.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, i * 0.5f);
      }
      Peer peer = sender.connect(receiver.endpoint(), SOON);
      Receipt receipt =
          peer.deliver("weights", weights, SendOptions.defaults().digest(Digest.SHA256));
      assertThat(receipt).isEqualTo(new Receipt(weights.byteSize(), true));
      try (Delivery delivery = receiver.receive(SOON)) {
        assertThat(delivery.from()).isEqualTo(sender.id());
        assertThat(delivery.name()).isEqualTo("weights");
        assertThat(delivery.tensor().dtype()).isEqualTo(DType.F32);
        assertThat(delivery.tensor().shape()).isEqualTo(weights.shape());
        assertThat(delivery.tensor().segment().mismatch(weights.segment())).isEqualTo(-1);
        assertThat(delivery.digestHex()).isEqualTo(Tensors.sha256(weights));
      }
      assertThat(receiver.pool().outstanding()).isZero();
    }
  }
}
