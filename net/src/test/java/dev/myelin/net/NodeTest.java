package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.TensorHeader;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class NodeTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  static NodeConfig quiet(String key) {
    return NodeConfig.of("lab", key)
        .listen(new Endpoint("127.0.0.1", 0))
        .finding(NodeConfig.Finding.only());
  }

  @Test
  void streamsATensorBothWays() throws Exception {
    String key = "0123456789abcdef0123456789abcdef";
    try (TensorPool pool = TensorPool.open("test", 64 << 20);
        Node one = Node.start(quiet(key));
        Node two = Node.start(quiet(key))) {
      Peer there = one.connect(two.endpoint(), SOON);
      Peer back = two.awaitPeer(SOON);
      assertThat(there.id()).contains(two.id());
      assertThat(back.id()).contains(one.id());
      assertThat(there.proven()).isTrue();
      try (Tensor tensor = counted(pool, 1_000_003)) {
        SendOptions checked = SendOptions.defaults().digest(TensorHeader.Digest.SHA256);
        assertThat(there.deliver("weights", tensor, checked).confirmed()).isTrue();
        try (Delivery delivery = two.receive(SOON)) {
          assertThat(delivery.name()).isEqualTo("weights");
          assertThat(delivery.from()).isEqualTo(one.id());
          assertThat(delivery.tensor().shape()).isEqualTo(tensor.shape());
          assertThat(delivery.tensor().segment().mismatch(tensor.segment())).isEqualTo(-1);
        }
        back.send("answer", tensor);
        try (Delivery delivery = one.receive(SOON)) {
          assertThat(delivery.tensor().segment().mismatch(tensor.segment())).isEqualTo(-1);
        }
      }
    }
  }

  @Test
  void refusesAnotherKey() throws Exception {
    try (Node one = Node.start(quiet("0123456789abcdef0123456789abcdef"));
        Node two = Node.start(quiet("another-key-another-key-another-"))) {
      assertThatThrownBy(() -> one.connect(two.endpoint(), Duration.ofMillis(500)))
          .isInstanceOf(PeerException.TimedOut.class)
          .hasMessageContaining(two.endpoint().toString());
      assertThat(two.counters())
          .containsEntry("refused-handshake", two.counters().get("refused-handshake"));
      assertThat(two.counters().get("refused-handshake")).isPositive();
    }
  }

  private static Tensor counted(TensorPool pool, long elements) {
    Tensor tensor = pool.allocate(DType.F32, Shape.of(elements));
    for (long i = 0; i < elements; i++) {
      tensor.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) i);
    }
    return tensor;
  }
}
