package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.LeakException;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.FaultProxy;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.testkit.LinkEffect;
import dev.myelin.wire.Limits;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.TensorHeader;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@Timeout(30)
@ExtendWith(LeakCheck.class)
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

  @Test
  void interleavesStreamsSoThatALargeOneDoesNotHoldBackASmallOne(TensorPool pool) throws Exception {
    try (Node one = Node.start(Lab.config());
        Node two = Node.start(Lab.config());
        FaultProxy proxy = FaultProxy.open(Lab.address(two.endpoint()), 1);
        Tensor large = Lab.counted(pool, 64 << 20);
        Tensor small = Lab.counted(pool, 4 << 10)) {
      Peer peer = one.connect(Lab.at(proxy.port()), SOON);
      proxy.apply(FaultProxy.Direction.TO_TARGET, new LinkEffect.Throttle(96 << 20));
      AtomicBoolean begun = new AtomicBoolean();
      FutureTask<Receipt> slow =
          Lab.aside(() -> peer.deliver("large", large, Lab.watched((_, _) -> begun.set(true))));
      Lab.eventually("begun", begun::get);
      peer.deliver("small", small, SendOptions.defaults());
      assertThat(slow.isDone()).isFalse();
      try (Delivery first = two.receive(SOON);
          Delivery second = two.receive(SOON)) {
        assertThat(first.name()).isEqualTo("small");
        Lab.assertSame(second.tensor(), large);
      }
      assertThat(slow.get().confirmed()).isTrue();
    }
  }

  @Test
  void carriesManyStreamsAtOnce(TensorPool pool) throws Exception {
    try (Node one = Node.start(Lab.config());
        Node two = Node.start(Lab.config());
        Tensor tensor = Lab.counted(pool, 3 << 20)) {
      Peer peer = one.connect(two.endpoint(), SOON);
      List<FutureTask<Receipt>> sends = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        String name = "t" + i;
        sends.add(Lab.aside(() -> peer.deliver(name, tensor, SendOptions.defaults())));
      }
      Set<String> names = new HashSet<>();
      for (int i = 0; i < 16; i++) {
        try (Delivery delivery = two.receive(SOON)) {
          names.add(delivery.name());
          Lab.assertSame(delivery.tensor(), tensor);
        }
      }
      assertThat(names).hasSize(16);
      for (FutureTask<Receipt> send : sends) {
        send.get();
      }
    }
  }

  @Test
  void handsTensorsToAHandlerOneAtATimeEvenIfItFails(TensorPool pool) throws Exception {
    AtomicInteger inside = new AtomicInteger();
    CountDownLatch all = new CountDownLatch(20);
    Reception handler =
        Reception.handler(
            delivery -> {
              try (delivery) {
                assertThat(inside.incrementAndGet()).isEqualTo(1);
                all.countDown();
                if (all.getCount() % 2 == 0) {
                  throw new IllegalStateException("the handler's own mistake");
                }
              } finally {
                inside.decrementAndGet();
              }
            });
    try (Node one = Node.start(Lab.config());
        Node two = Node.start(Lab.config(), handler);
        Tensor tensor = Lab.counted(pool, 100)) {
      Peer peer = one.connect(two.endpoint(), SOON);
      for (int i = 0; i < 20; i++) {
        peer.deliver("t", tensor, SendOptions.defaults());
      }
      assertThat(all.await(10, TimeUnit.SECONDS)).isTrue();
      assertThatThrownBy(() -> two.receive(SOON)).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void tellsAListenerThatCameAfterTheConnection(TensorPool pool) throws Exception {
    List<String> told = new CopyOnWriteArrayList<>();
    try (Node one = Node.start(Lab.config());
        Node two = Node.start(Lab.config());
        Tensor tensor = Lab.counted(pool, 100)) {
      Peer peer = one.connect(two.endpoint(), SOON);
      peer.deliver("before", tensor, SendOptions.defaults());
      two.addListener(
          new NodeListener() {
            @Override
            public void receiving(PeerId from, int stream, String name, long totalBytes) {
              told.add("receiving " + name);
            }

            @Override
            public void progressed(PeerId from, int stream, long bytesSoFar) {
              told.add("progressed " + bytesSoFar);
            }

            @Override
            public void received(PeerId from, int stream, String name, long totalBytes) {
              told.add("received " + name);
            }
          });
      peer.deliver("after", tensor, SendOptions.defaults());
      Lab.eventually("told", () -> told.contains("received after"));
      assertThat(told).endsWith("receiving after", "progressed 100", "received after");
      two.receive(SOON).close();
      two.receive(SOON).close();
    }
  }

  @Test
  void endsCallsThatWaitWhenItIsClosed() throws Exception {
    Node node = Node.start(Lab.config());
    FutureTask<Delivery> receiving = Lab.aside(() -> node.receive(Duration.ofMinutes(5)));
    FutureTask<Peer> waiting = Lab.aside(() -> node.awaitPeer(Duration.ofMinutes(5)));
    FutureTask<Peer> connecting = Lab.aside(() -> node.connect(Lab.at(1), Duration.ofMinutes(5)));
    Lab.eventually("dialled", () -> Lab.count(node, "dials-failed") > 0);
    node.close();
    for (FutureTask<?> task : List.of(receiving, waiting, connecting)) {
      assertThatThrownBy(() -> task.get(5, TimeUnit.SECONDS))
          .hasCauseInstanceOf(PeerException.Closed.class);
    }
    node.close();
    assertThatThrownBy(() -> node.receive(Duration.ofMinutes(5)))
        .isInstanceOf(PeerException.Closed.class);
    assertThatThrownBy(() -> node.awaitPeer(Duration.ofMinutes(5)))
        .isInstanceOf(PeerException.Closed.class);
  }

  @Test
  void leavesNothingBehindWhenItCannotStart() throws Exception {
    try (Node first = Node.start(Lab.config())) {
      assertThatThrownBy(() -> Node.start(Lab.config().listen(first.endpoint())))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("cannot listen on " + first.endpoint());
    }
  }

  @Test
  void namesTheTensorsThatAreStillOpenWhenItCloses(TensorPool pool) throws Exception {
    Node two = Node.start(Lab.config());
    try (Node one = Node.start(Lab.config());
        Tensor tensor = Lab.counted(pool, 100)) {
      one.connect(two.endpoint(), SOON).deliver("kept", tensor, SendOptions.defaults());
    }
    Delivery kept = two.receive(SOON);
    assertThatThrownBy(two::close).isInstanceOf(LeakException.class);
    kept.close();
  }

  @Test
  void closesTensorsThatNobodyTook(TensorPool pool) throws Exception {
    Limits hasty =
        Lab.merged(Lab.drain(Duration.ofMillis(300)).waits(), Lab.memory(2, 1 << 20).streams());
    try (Node one = Node.start(Lab.config());
        Node two = Node.start(Lab.config(hasty));
        Tensor tensor = Lab.counted(pool, 1000)) {
      Peer peer = one.connect(two.endpoint(), SOON);
      for (int i = 0; i < 5; i++) {
        peer.send("t" + i, tensor);
      }
      Lab.eventually("full", () -> two.pool().outstanding() >= 2000);
    }
  }

  private static Tensor counted(TensorPool pool, long elements) {
    Tensor tensor = pool.allocate(DType.F32, Shape.of(elements));
    for (long i = 0; i < elements; i++) {
      tensor.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) i);
    }
    return tensor;
  }

  @Test
  void postsSmallTensorsThatArriveInOrder(TensorPool pool) throws Exception {
    try (Node one = Node.start(Lab.config());
        Node two = Node.start(Lab.config());
        Tensor tensor = Lab.counted(pool, 64)) {
      Peer peer = one.connect(two.endpoint(), Lab.SOON);
      FutureTask<Boolean> receiver =
          Lab.aside(
              () -> {
                for (long i = 0; i < 2000; i++) {
                  try (Delivery delivery = two.receive(Lab.SOON)) {
                    assertThat(delivery.name()).isEqualTo("t");
                    assertThat(delivery.described()).isTrue();
                    assertThat(delivery.tensor().segment().get(ValueLayout.JAVA_LONG_UNALIGNED, 0))
                        .isEqualTo(i);
                  }
                }
                return true;
              });
      for (long i = 0; i < 2000; i++) {
        tensor.segment().set(ValueLayout.JAVA_LONG_UNALIGNED, 0, i);
        peer.post("t", tensor);
      }
      assertThat(receiver.get(20, TimeUnit.SECONDS)).isTrue();
    }
  }
}
