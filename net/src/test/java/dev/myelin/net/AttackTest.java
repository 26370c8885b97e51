package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.net.discovery.Sighting;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.FaultProxy;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.wire.Landing;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Performs the attacks that stock nodes fall to, over real sockets.
@Timeout(30)
@ExtendWith(LeakCheck.class)
class AttackTest {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  @Test
  void refusesARecordedHelloEvenAfterARestart(@TempDir Path folder) throws Exception {
    UUID id = UUID.randomUUID();
    NodeConfig config = Lab.config().identity(Lab.identity(id, Optional.of(folder)));
    byte[] hello = StockPeer.hello(UUID.randomUUID(), Lab.KEY);
    try (Node node = Node.start(config)) {
      assertThat(greet(node, hello)).isNotEmpty();
      assertThat(greet(node, hello)).as("at once").isEmpty();
    }
    try (Node node = Node.start(config)) {
      assertThat(greet(node, hello)).as("after a restart").isEmpty();
      Lab.eventually(node, "refused-handshake", 1);
      assertThat(greet(node, StockPeer.hello(UUID.randomUUID(), Lab.KEY))).isNotEmpty();
    }
  }

  /// Returns the first bytes that a HELLO is answered with.
  private static byte[] greet(Node node, byte[] hello) throws Exception {
    try (SocketChannel channel = RawPeer.socket(node.endpoint())) {
      RawPeer.write(channel, hello);
      try {
        return RawPeer.read(channel, 2);
      } catch (java.net.SocketException e) {
        return new byte[0];
      }
    }
  }

  @Test
  void doesNotTakeARelayedHelloForItsMaker() throws Exception {
    NodeConfig victimConfig = Lab.config(Lab.handshake(PATIENCE, Duration.ofSeconds(1)));
    try (Node target = Node.start(victimConfig);
        ServerSocketChannel rogue = StockPeer.listen();
        Node victim = Node.start(Lab.config())) {
      var connect =
          Lab.aside(() -> victim.connect(StockPeer.endpoint(rogue), Duration.ofMillis(500)));
      try (SocketChannel fromVictim = rogue.accept();
          SocketChannel toTarget = RawPeer.socket(target.endpoint())) {
        RawPeer.write(toTarget, RawPeer.read(fromVictim, StockPeer.HELLO_BYTES));
        assertThat(RawPeer.read(toTarget, StockPeer.ACCEPT_BYTES)).hasSize(30);
        RawPeer.write(toTarget, StockPeer.frame(StockPeer.DATA, 1, 0, new byte[8]));
        RawPeer.write(toTarget, StockPeer.frame(StockPeer.END, 1, 1));
        RawPeer.rest(toTarget, PATIENCE);
      }
      Lab.eventually(target, "refused-handshake", 1);
      assertThat(target.peers()).isEmpty();
      assertThat(Lab.count(target, "tensors-received")).isZero();
      assertThatThrownBy(connect::get).hasCauseInstanceOf(PeerException.TimedOut.class);
    }
  }

  @Test
  void refusesARecordedAccept() throws Exception {
    byte[] recorded = StockPeer.accept(Lab.KEY);
    NodeConfig compat = Lab.config().security(Lab.compat());
    try (ServerSocketChannel rogue = StockPeer.listen();
        Transport transport = Transport.open(compat)) {
      Endpoint there = StockPeer.endpoint(rogue);
      FutureTask<Connection> first = Lab.aside(() -> transport.dial(there));
      try (SocketChannel open = answer(rogue, recorded)) {
        first.get().close();
        assertThat(open.isOpen()).isTrue();
      }
      FutureTask<Connection> second = Lab.aside(() -> transport.dial(there));
      try (SocketChannel replay = answer(rogue, recorded)) {
        assertThatThrownBy(second::get)
            .hasCauseInstanceOf(PeerException.Refused.class)
            .hasMessageContaining("replay");
        assertThat(RawPeer.rest(replay, PATIENCE)).isEmpty();
      }
    }
  }

  private static SocketChannel answer(ServerSocketChannel server, byte... accept) throws Exception {
    SocketChannel channel = server.accept();
    RawPeer.read(channel, StockPeer.HELLO_BYTES);
    RawPeer.write(channel, accept);
    return channel;
  }

  @Test
  void isNotItsOwnPeer() throws Exception {
    try (Node node = Node.start(Lab.config());
        FaultProxy mirror = FaultProxy.open(Lab.address(node.endpoint()), 1)) {
      assertThatThrownBy(() -> node.connect(Lab.at(mirror.port()), Duration.ofMillis(500)))
          .isInstanceOf(PeerException.TimedOut.class);
      assertThat(mirror.accepted()).isPositive();
      Lab.eventually(node, "refused-handshake", 1);
      assertThat(node.peers()).noneMatch(peer -> peer.state() == Peer.State.CONNECTED);
    }
  }

  @Test
  void keepsALivePeerWhenAnotherClaimsItsId(TensorPool pool) throws Exception {
    UUID id = UUID.randomUUID();
    try (Node node = Node.start(Lab.config());
        Node genuine = Node.start(Lab.config(id));
        Tensor tensor = Lab.counted(pool, 1 << 16)) {
      genuine.connect(node.endpoint(), Lab.SOON);
      Peer peer = node.awaitPeer(PeerId.of(id), Lab.SOON);
      try (RawPeer thief = RawPeer.dial(node.endpoint(), id, "127.0.0.2")) {
        RawPeer.rest(thief.channel, PATIENCE);
        Lab.eventually(node, "refused-takeover", 1);
      }
      assertThat(peer.connections()).isEqualTo(1);
      assertThat(peer.deliver("mine", tensor, SendOptions.defaults()).confirmed()).isTrue();
      genuine.receive(Lab.SOON).close();
    }
  }

  @Test
  void keepsALivePeerWhoseReaderWaitsForTheInbox(TensorPool pool) throws Exception {
    UUID id = UUID.randomUUID();
    try (Node node = Node.start(Lab.config(Lab.memory(1, 1 << 30)));
        Node genuine = Node.start(Lab.config(id));
        Tensor tensor = Lab.counted(pool, 1 << 10)) {
      Peer there = genuine.connect(node.endpoint(), Lab.SOON);
      Peer peer = node.awaitPeer(PeerId.of(id), Lab.SOON);
      for (int i = 0; i < 8; i++) {
        there.send("fills the inbox", tensor);
      }
      Lab.eventually("the inbox is full", () -> node.pool().outstanding() >= 1 << 10);
      try (RawPeer thief = RawPeer.dial(node.endpoint(), id, "127.0.0.2")) {
        RawPeer.rest(thief.channel, PATIENCE);
        Lab.eventually(node, "refused-takeover", 1);
      }
      assertThat(peer.connections()).isEqualTo(1);
      for (int i = 0; i < 8; i++) {
        node.receive(Lab.SOON).close();
      }
    }
  }

  @Test
  void letsAnIdMoveOnceItsHolderIsDead() throws Exception {
    UUID id = UUID.randomUUID();
    try (Node node = Node.start(Lab.config());
        RawPeer first = RawPeer.dial(node.endpoint(), id, "127.0.0.2")) {
      Peer peer = node.awaitPeer(PeerId.of(id), Lab.SOON);
      // The first answers no probe.
      try (RawPeer second = RawPeer.dial(node.endpoint(), id, "127.0.0.3")) {
        Lab.eventually("only the second is left", () -> Lab.count(node, "connections-closed") == 1);
        Lab.eventually("joined", () -> peer.connections() == 1);
        assertThat(Lab.count(node, "refused-takeover")).isZero();
        assertThat(second.channel.isOpen()).isTrue();
      }
      assertThat(first.channel.isOpen()).isTrue();
    }
  }

  @Test
  void doesNotHandALivePeerOverToAnAcceptorThatClaimsItsId(TensorPool pool) throws Exception {
    UUID id = UUID.randomUUID();
    try (Node node = Node.start(Lab.config());
        ServerSocketChannel rogue = ServerSocketChannel.open().bind(Lab.free("127.0.0.2"));
        Node genuine = Node.start(Lab.config(id));
        Tensor tensor = Lab.counted(pool, 1 << 16)) {
      genuine.connect(node.endpoint(), Lab.SOON);
      Peer peer = node.awaitPeer(PeerId.of(id), Lab.SOON);
      Endpoint trap = new Endpoint("127.0.0.2", rogue.socket().getLocalPort());
      var connect = Lab.aside(() -> node.connect(trap, Lab.SOON));
      try (SocketChannel channel = rogue.accept();
          RawPeer thief = RawPeer.accept(channel, id)) {
        assertThat(thief.session.introduction().id()).isEqualTo(node.id().text());
        Lab.eventually(node, "refused-takeover", 1);
        assertThat(peer.deliver("mine", tensor, SendOptions.defaults()).confirmed()).isTrue();
        genuine.receive(Lab.SOON).close();
      }
      assertThat(connect.get(5, TimeUnit.SECONDS).id()).contains(PeerId.of(id));
    }
  }

  @Test
  void neverSendsToAnotherPeerThanTheOneMeant(TensorPool pool) throws Exception {
    try (Node one = Node.start(Lab.config());
        Node two = Node.start(Lab.config());
        Tensor tensor = Lab.counted(pool, 8)) {
      Peer peer = one.connect(two.endpoint(), Lab.SOON);
      PeerId nobody = PeerId.of(UUID.randomUUID());
      assertThatThrownBy(() -> one.awaitPeer(nobody, Duration.ofMillis(50)))
          .isInstanceOf(PeerException.TimedOut.class)
          .hasMessageContaining(nobody.text());
      Lab.end(two);
      Lab.eventually("lost", () -> peer.state() != Peer.State.CONNECTED);
      assertThatThrownBy(() -> peer.send("to nobody", tensor))
          .isInstanceOf(PeerException.Unreachable.class);
      assertThat(Lab.count(one, "tensors-sent")).isZero();
    }
  }

  @Test
  void isNotLedAwayFromALivePeerByAClaim() throws Exception {
    UUID id = UUID.randomUUID();
    try (Node node = Node.start(Lab.config());
        Node genuine = Node.start(Lab.config(id));
        ServerSocketChannel trap = StockPeer.listen()) {
      genuine.connect(node.endpoint(), Lab.SOON);
      node.awaitPeer(PeerId.of(id), Lab.SOON);
      // Another proven peer gossips that the id is elsewhere.
      try (RawPeer liar = RawPeer.dial(node.endpoint())) {
        int port = trap.socket().getLocalPort();
        Message.Contact lie = new Message.Contact(id.toString(), "127.0.0.1", port);
        liar.session.send(new Message.Contacts(List.of(lie)));
        Lab.eventually(node, "sightings", 1);
        Lab.eventually(node, "sightings-refused", 1);
      }
      trap.configureBlocking(false);
      assertThat(trap.accept()).as("a dial at the trap").isNull();
    }
  }

  @Test
  void takesNoAddressFromAClaimThatNamesNobody() throws Exception {
    try (Node node = Node.start(Lab.config());
        RawPeer liar = RawPeer.dial(node.endpoint())) {
      Lab.eventually("joined", () -> node.peers().size() == 1);
      liar.session.send(
          new Message.Contacts(
              List.of(
                  new Message.Contact("", "127.0.0.1", 1),
                  new Message.Contact("  ", "127.0.0.1", 1),
                  new Message.Contact("id", " ", 1),
                  new Message.Contact("id", "127.0.0.1", 0))));
      liar.session.send(new Message.Ping(7));
      liar.channel.socket().setSoTimeout(5000);
      assertThat(liar.session.receive(noLanding())).as("it lives on").isNotNull();
      assertThat(node.peers()).hasSize(1);
    }
  }

  private static Landing noLanding() {
    try (TensorPool pool = TensorPool.open("none", 1)) {
      return Landing.in(pool);
    }
  }

  @Test
  void buffersNothingForALengthThatAStrangerClaims() throws Exception {
    try (Node node = Node.start(Lab.config());
        SocketChannel stranger = RawPeer.socket(node.endpoint())) {
      byte[] huge =
          ByteBuffer.allocate(14).put(0, (byte) 1).put(1, (byte) 4).putInt(10, -1).array();
      RawPeer.write(stranger, huge);
      assertThat(RawPeer.rest(stranger, PATIENCE)).isEmpty();
      Lab.eventually(node, "refused-handshake", 1);
      assertThat(node.pool().outstanding()).isZero();
    }
  }

  @Test
  void refusesAnotherCommunityWithTheSameKey() throws Exception {
    NodeConfig other =
        NodeConfig.of("elsewhere", Lab.KEY)
            .listen(Lab.LOOPBACK)
            .security(Lab.config().security())
            .finding(NodeConfig.Finding.only());
    try (Node one = Node.start(Lab.config());
        Node two = Node.start(other)) {
      assertThatThrownBy(() -> one.connect(two.endpoint(), Duration.ofMillis(500)))
          .isInstanceOf(PeerException.TimedOut.class)
          .hasMessageContaining("community");
      assertThat(two.peers()).isEmpty();
      assertThat(Lab.count(two, "refused-handshake")).isPositive();
    }
  }

  @Test
  void doesNotActOnASightingOfItself() {
    Counters counters = new Counters();
    PeerId own = PeerId.of(UUID.randomUUID());
    Roster roster =
        new Roster(
            own,
            new NodeEvents(counters),
            counters,
            peer -> {
              throw new AssertionError("dials itself");
            });
    roster.sighted(new Sighting(own.text(), "127.0.0.1", 9000, "broadcast", 1), false);
    assertThat(roster.all()).isEmpty();
  }
}
