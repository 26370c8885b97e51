package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.wire.FaultCode;
import dev.myelin.wire.Limits;
import dev.myelin.wire.PeerException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// Every limit of a stranger, of a wait and of a stream, seen from outside.
@Timeout(30)
@ExtendWith(LeakCheck.class)
class LimitsTest {
  private static final Duration LONG = Duration.ofHours(1);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  @Test
  void servesAnHonestPeerWhileHalfOpenConnectionsFlood() throws Exception {
    Limits limits =
        new Limits(
            Limits.Frames.defaults(),
            Limits.Streams.defaults(),
            new Limits.Strangers(64, 16, 4, 5, LONG),
            Lab.handshake(Duration.ofSeconds(60), Duration.ofSeconds(60)).waits());
    List<SocketChannel> flood = new ArrayList<>();
    try (Node node = Node.start(Lab.config(limits));
        Node honest = Node.start(Lab.config())) {
      for (int i = 0; i < 200; i++) {
        flood.add(RawPeer.socket(node.endpoint()));
      }
      Lab.eventually(node, "evicted-unproven", 196);
      assertThat(honest.connect(node.endpoint(), Lab.SOON).proven()).isTrue();
      flood.add(RawPeer.socket(node.endpoint()));
      assertThat(RawPeer.rest(flood.getFirst(), PATIENCE)).isEmpty();
      assertThat(Lab.count(node, "refused-full")).isZero();
    } finally {
      for (SocketChannel each : flood) {
        each.close();
      }
    }
  }

  @Test
  void refusesMoreProvenConnectionsThanAllowed() throws Exception {
    Limits limits = Lab.limits(new Limits.Strangers(2, 16, 4, 5, LONG));
    try (Node node = Node.start(Lab.config(limits));
        RawPeer first = RawPeer.dial(node.endpoint());
        RawPeer second = RawPeer.dial(node.endpoint())) {
      assertThat(first.session.introduction().id()).isEqualTo(node.id().text());
      Lab.eventually(node, "connections-accepted", 2);
      try (SocketChannel third = RawPeer.socket(node.endpoint())) {
        assertThat(RawPeer.rest(third, PATIENCE)).isEmpty();
      }
      Lab.eventually(node, "refused-full", 1);
      Lab.end(second);
      RawPeer.visit(node.endpoint());
    }
  }

  private static boolean on(Peer peer) {
    return peer.state() == Peer.State.CONNECTED;
  }

  @Test
  void pausesAnAddressThatFailsTooOftenAndNoOther() throws Exception {
    Limits limits = Lab.limits(new Limits.Strangers(64, 16, 4, 2, LONG));
    try (Node node = Node.start(Lab.config(limits))) {
      for (int i = 0; i < 2; i++) {
        try (SocketChannel wrong = RawPeer.socket(node.endpoint(), "127.0.0.3")) {
          RawPeer.write(wrong, StockPeer.hello(UUID.randomUUID(), "some other key"));
          assertThat(RawPeer.rest(wrong, PATIENCE)).isEmpty();
        }
      }
      Lab.eventually(node, "refused-handshake", 2);
      assertThatThrownBy(
              () -> RawPeer.dial(node.endpoint(), UUID.randomUUID(), "127.0.0.3").close())
          .isInstanceOf(java.io.IOException.class);
      Lab.eventually(node, "refused-paused", 1);
      RawPeer.dial(node.endpoint(), UUID.randomUUID(), "127.0.0.1").close();
    }
  }

  @Test
  void waitsForATcpConnectionNoLongerThanAllowed() throws Exception {
    Limits.Waits all = Limits.Waits.defaults();
    Limits limits =
        Lab.limits(
            new Limits.Waits(
                Duration.ofMillis(300),
                all.sniff(),
                all.handshake(),
                all.alive(),
                all.silence(),
                all.drain()));
    try (BlackHole hole = BlackHole.open();
        Transport transport = Transport.open(Lab.config(limits))) {
      long start = System.nanoTime();
      assertThatThrownBy(() -> transport.dial(hole.endpoint()))
          .isInstanceOf(PeerException.Unreachable.class)
          .hasMessageContaining(hole.endpoint().toString());
      assertThat(Lab.since(start)).isBetween(Duration.ofMillis(250), Duration.ofSeconds(2));
      assertThat(transport.counters()).containsEntry("dials-failed", 1L);
    }
  }

  @Test
  void waitsForTheAnswerToAHelloNoLongerThanAllowed() throws Exception {
    Limits limits = Lab.handshake(PATIENCE, Duration.ofMillis(300));
    try (ServerSocketChannel mute = ServerSocketChannel.open().bind(Lab.free("127.0.0.1"));
        Transport transport = Transport.open(Lab.config(limits))) {
      long start = System.nanoTime();
      assertThatThrownBy(() -> transport.dial(StockPeer.endpoint(mute)))
          .isInstanceOf(PeerException.TimedOut.class)
          .hasMessageContaining("300 ms");
      assertThat(Lab.since(start)).isBetween(Duration.ofMillis(250), Duration.ofSeconds(2));
    }
  }

  @Test
  void endsAHandshakeThatTricklesOnForever() throws Exception {
    Limits limits = Lab.handshake(PATIENCE, Duration.ofMillis(500));
    try (Node node = Node.start(Lab.config(limits));
        SocketChannel slow = RawPeer.socket(node.endpoint())) {
      byte[] hello = StockPeer.hello(UUID.randomUUID(), Lab.KEY);
      RawPeer.write(slow, java.util.Arrays.copyOf(hello, 49));
      long start = System.nanoTime();
      assertThat(RawPeer.rest(slow, PATIENCE)).isEmpty();
      assertThat(Lab.since(start)).isBetween(Duration.ofMillis(400), Duration.ofSeconds(3));
      Lab.eventually(node, "timed-out-handshake", 1);
    }
  }

  @Test
  void keepsAnIdleConnectionAliveBeyondTheSilenceLimit() throws Exception {
    try (Node one = Node.start(Lab.config(Lab.impatient()));
        Node two = Node.start(Lab.config(Lab.impatient()))) {
      one.connect(two.endpoint(), Lab.SOON);
      long start = System.nanoTime();
      Lab.eventually("the limit passes", () -> Lab.since(start).toMillis() > 1500);
      assertThat(Lab.count(one, "connections-closed")).isZero();
      assertThat(Lab.count(two, "connections-closed")).isZero();
    }
  }

  @Test
  void declaresAPeerDeadThatGivesNoSignOfLife() throws Exception {
    try (Node node = Node.start(Lab.config(Lab.impatient()));
        RawPeer mute = RawPeer.dial(node.endpoint())) {
      long start = System.nanoTime();
      Lab.eventually(node, "timed-out-silence", 1);
      assertThat(Lab.since(start)).isBetween(Duration.ofMillis(700), Duration.ofMillis(2500));
      assertThat(mute.channel.isOpen()).isTrue();
      Lab.eventually(
          "the reason", () -> node.peers().getFirst().lastFailure().orElse("").contains("silent"));
    }
  }

  @Test
  void drainsNoLongerThanAllowed(TensorPool pool) throws Exception {
    Node node = Node.start(Lab.config(Lab.drain(Duration.ofMillis(400))));
    // Gives no sign of life and reads nothing, so nothing can drain.
    try (RawPeer deaf = RawPeer.dial(node.endpoint())) {
      Lab.eventually("connected", () -> node.peers().stream().anyMatch(LimitsTest::on));
      long start = System.nanoTime();
      node.close();
      assertThat(Lab.since(start)).isBetween(Duration.ofMillis(300), Duration.ofSeconds(3));
      assertThat(deaf.channel.isOpen()).isTrue();
    }
    assertThat(pool.outstanding()).isZero();
  }

  @Test
  void declinesATensorLargerThanAllowed(TensorPool pool) throws Exception {
    Limits.Streams all = Limits.Streams.defaults();
    Limits limits =
        Lab.limits(new Limits.Streams(all.open(), 1000, all.nameBytes(), all.rank(), 64, 1 << 20));
    try (Node one = Node.start(Lab.config());
        Node two = Node.start(Lab.config(limits));
        Tensor large = Lab.counted(pool, 1001);
        Tensor fits = Lab.counted(pool, 1000)) {
      Peer peer = one.connect(two.endpoint(), Lab.SOON);
      assertThatThrownBy(() -> peer.deliver("large", large, SendOptions.defaults()))
          .isInstanceOfSatisfying(
              PeerException.Faulted.class,
              e -> assertThat(e.code()).isEqualTo(FaultCode.TOO_LARGE.code()))
          .hasMessageContaining("1001")
          .hasMessageContaining("1000");
      assertThat(peer.deliver("fits", fits, SendOptions.defaults()).confirmed()).isTrue();
      two.receive(Lab.SOON).close();
      assertThat(Lab.count(two, "connections-closed")).isZero();
    }
  }

  @Test
  void declinesATensorLargerThanItsMemory(TensorPool pool) throws Exception {
    try (Node one = Node.start(Lab.config());
        Node two = Node.start(Lab.config(Lab.memory(64, 1 << 20)));
        Tensor large = Lab.counted(pool, 8 << 20);
        Tensor fits = Lab.counted(pool, 1 << 19)) {
      Peer peer = one.connect(two.endpoint(), Lab.SOON);
      assertThatThrownBy(() -> peer.deliver("large", large, SendOptions.defaults()))
          .isInstanceOfSatisfying(
              PeerException.Faulted.class,
              e ->
                  assertThat(e.code())
                      .isIn(FaultCode.OVERLOADED.code(), FaultCode.TOO_LARGE.code()));
      assertThat(peer.deliver("fits", fits, SendOptions.defaults()).confirmed()).isTrue();
      two.receive(Lab.SOON).close();
      assertThat(Lab.count(two, "connections-closed")).isZero();
      assertThat(Lab.count(two, "streams-declined")).isEqualTo(1);
    }
  }

  @Test
  void endsAConnectionThatOpensMoreStreamsThanAllowed() throws Exception {
    Limits.Streams all = Limits.Streams.defaults();
    Limits limits =
        Lab.limits(
            new Limits.Streams(
                3, all.tensorBytes(), all.nameBytes(), all.rank(), 64, all.memoryBytes()));
    NodeConfig config = Lab.config(limits).security(Lab.compat());
    try (Node node = Node.start(config);
        SocketChannel stock = StockPeer.dial(node.endpoint(), UUID.randomUUID(), "127.0.0.1")) {
      for (int stream = 1; stream <= 4; stream++) {
        RawPeer.write(stock, StockPeer.frame(StockPeer.DATA, stream, 0, (byte) 7));
      }
      RawPeer.rest(stock, PATIENCE);
      Lab.eventually("ended", () -> Lab.count(node, "connections-closed") == 1);
    }
  }

  @Test
  void makesThePeerWaitWhenTheInboxIsFull(TensorPool pool) throws Exception {
    try (Node one = Node.start(Lab.config());
        Node two = Node.start(Lab.config(Lab.memory(2, 1 << 30)));
        Tensor tensor = Lab.counted(pool, 1 << 20)) {
      Peer peer = one.connect(two.endpoint(), Lab.SOON);
      var sender =
          Lab.aside(
              () -> {
                for (int i = 0; i < 40; i++) {
                  peer.send("t" + i, tensor);
                }
                return true;
              });
      Lab.eventually("the inbox is full", () -> two.pool().outstanding() >= 2);
      assertThat(sender.isDone()).isFalse();
      assertThat(two.pool().outstanding()).isLessThanOrEqualTo(4L << 20);
      for (int i = 0; i < 40; i++) {
        try (Delivery delivery = two.receive(Lab.SOON)) {
          assertThat(delivery.name()).isEqualTo("t" + i);
        }
      }
      assertThat(sender.get()).isTrue();
    }
  }
}
