package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.FaultProxy;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.testkit.LinkEffect;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import java.net.ServerSocket;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// How nodes find each other, lose each other and meet again.
@Timeout(30)
@ExtendWith(LeakCheck.class)
class ReunionTest {
  private static NodeConfig seeking(String... peers) {
    return Lab.config().finding(NodeConfig.Finding.only(peers));
  }

  @Test
  void makesAThirdNodeKnown(TensorPool pool) throws Exception {
    try (Node one = Node.start(Lab.config());
        Node two = Node.start(seeking(one.endpoint().toString()));
        Node three = Node.start(seeking(one.endpoint().toString()));
        Tensor tensor = Lab.counted(pool, 1000)) {
      Peer third = two.awaitPeer(three.id(), Lab.SOON);
      third.deliver("over the fence", tensor, SendOptions.defaults());
      try (Delivery delivery = three.receive(Lab.SOON)) {
        assertThat(delivery.from()).isEqualTo(two.id());
      }
      assertThat(three.awaitPeer(two.id(), Lab.SOON).state()).isEqualTo(Peer.State.CONNECTED);
    }
  }

  @Test
  void doesNotLetDeadAddressesDelayALivingOne() throws Exception {
    List<BlackHole> holes = new ArrayList<>();
    List<String> peers = new ArrayList<>();
    try (Node good = Node.start(Lab.config())) {
      for (int i = 0; i < 4; i++) {
        holes.add(BlackHole.open());
        peers.add(holes.getLast().endpoint().toString());
      }
      for (int i = 0; i < 6; i++) {
        peers.add("127.0.0.1:" + closedPort());
      }
      peers.add(good.endpoint().toString());
      long start = System.nanoTime();
      try (Node node = Node.start(seeking(peers.toArray(String[]::new)))) {
        assertThat(node.awaitPeer(Lab.SOON).id()).contains(good.id());
        assertThat(Lab.since(start)).isLessThan(Duration.ofSeconds(2));
      }
    } finally {
      for (BlackHole hole : holes) {
        hole.close();
      }
    }
  }

  private static int closedPort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @Test
  void meetsAFixedPeerAgainThatReturnsUnderAnotherIdTwice(TensorPool pool) throws Exception {
    Node peer = Node.start(Lab.config());
    Endpoint place = peer.endpoint();
    try (Node node = Node.start(seeking(place.toString()))) {
      node.awaitPeer(peer.id(), Lab.SOON);
      for (int i = 0; i < 2; i++) {
        peer.close();
        peer = Node.start(Lab.config().listen(place));
        long back = System.nanoTime();
        node.awaitPeer(peer.id(), Lab.SOON);
        assertThat(Lab.since(back)).isLessThan(Duration.ofSeconds(5));
      }
      try (Tensor tensor = Lab.counted(pool, 10)) {
        node.awaitPeer(Lab.SOON).deliver("again", tensor, SendOptions.defaults());
      }
      peer.receive(Lab.SOON).close();
    } finally {
      peer.close();
    }
  }

  @Test
  void dialsAFixedPeerAgainThatHadDialledFirst() throws Exception {
    try (Node node = Node.start(Lab.config())) {
      UUID id = UUID.randomUUID();
      Node peer = Node.start(Lab.config(id).finding(seeking(node.endpoint().toString()).finding()));
      Endpoint place = peer.endpoint();
      node.awaitPeer(Lab.SOON);
      node.connect(place, Lab.SOON);
      peer.close();
      // It returns and does not know us any more.
      try (Node returned = Node.start(Lab.config(id).listen(place))) {
        assertThat(returned.awaitPeer(node.id(), Duration.ofSeconds(5)).proven()).isTrue();
      }
    }
  }

  @Test
  void meetsWhoeverIsNowAtAnAddressOfAPeerThatHadDialledFirst() throws Exception {
    try (Node node = Node.start(Lab.config())) {
      Node peer = Node.start(seeking(node.endpoint().toString()));
      Endpoint place = peer.endpoint();
      node.awaitPeer(peer.id(), Lab.SOON);
      node.connect(place, Lab.SOON);
      peer.close();
      try (Node other = Node.start(Lab.config().listen(place))) {
        node.awaitPeer(other.id(), Lab.SOON);
        for (int i = 0; i < 3; i++) {
          Peer there = node.connect(place, Duration.ofSeconds(2));
          assertThat(there.id()).contains(other.id());
          assertThat(there.connections()).isEqualTo(1);
        }
      }
    }
  }

  @Test
  void letsGoOfAFurtherConnectionThatAnOldClaimLedTo() throws Exception {
    try (Node node = Node.start(Lab.config());
        Node there = Node.start(Lab.config());
        RawPeer talker = RawPeer.dial(node.endpoint())) {
      Peer peer = node.connect(there.endpoint(), Lab.SOON);
      String gone = UUID.randomUUID().toString();
      Endpoint place = there.endpoint();
      talker.session.send(
          new Message.Contacts(List.of(new Message.Contact(gone, place.host(), place.port()))));
      Lab.eventually(node, "connections-dialled", 2);
      Lab.eventually(node, "connections-closed", 1);
      assertThat(peer.connections()).isEqualTo(1);
      assertThat(peer.state()).isEqualTo(Peer.State.CONNECTED);
    }
  }

  @Test
  void endsTheSecondOfTwoDialsThatWereUnderWayToOnePlace() throws Exception {
    try (Node there = Node.start(Lab.config());
        FaultProxy proxy = FaultProxy.open(Lab.address(there.endpoint()), 1)) {
      proxy.apply(new LinkEffect.Stall(0));
      try (Node node = Node.start(seeking("127.0.0.1:" + proxy.port()));
          RawPeer talker = RawPeer.dial(node.endpoint())) {
        talker.session.send(
            new Message.Contacts(
                List.of(new Message.Contact(there.id().text(), "127.0.0.1", proxy.port()))));
        Lab.eventually("both are under way", () -> proxy.accepted() == 2);
        proxy.heal();
        Lab.eventually(node, "connections-dialled", 2);
        Lab.eventually(node, "connections-closed", 1);
        Peer peer = node.awaitPeer(there.id(), Lab.SOON);
        assertThat(peer.connections()).isEqualTo(1);
        assertThat(peer.state()).isEqualTo(Peer.State.CONNECTED);
      }
    }
  }

  @Test
  void losesNothingOnConnectionsThatAreLetGo(TensorPool pool) throws Exception {
    int claims = 20;
    try (Node node = Node.start(Lab.config(), Reception.handler(Delivery::close));
        Node there = Node.start(Lab.config());
        RawPeer talker = RawPeer.dial(node.endpoint());
        Tensor tensor = Lab.counted(pool, 500_000)) {
      node.connect(there.endpoint(), Lab.SOON);
      Peer back = there.awaitPeer(Lab.SOON);
      Endpoint place = there.endpoint();
      for (int i = 1; i <= claims; i++) {
        String gone = UUID.randomUUID().toString();
        talker.session.send(
            new Message.Contacts(List.of(new Message.Contact(gone, place.host(), place.port()))));
        while (node.counters().getOrDefault("connections-dialled", 0L) < i + 1) {
          assertThat(back.deliver("on", tensor, SendOptions.defaults()).confirmed()).isTrue();
        }
        assertThat(back.deliver("on", tensor, SendOptions.defaults()).confirmed()).isTrue();
      }
      Lab.eventually(node, "connections-closed", claims);
      assertThat(back.connections()).isEqualTo(1);
    }
  }

  @Test
  void meetsAgainAfterALinkBreaks(TensorPool pool) throws Exception {
    try (Node one = Node.start(Lab.config(Lab.impatient()));
        Node two = Node.start(Lab.config(Lab.impatient()));
        FaultProxy proxy = FaultProxy.open(Lab.address(two.endpoint()), 1);
        Tensor tensor = Lab.counted(pool, 1000)) {
      Peer peer = one.connect(Lab.at(proxy.port()), Lab.SOON);
      proxy.apply(new LinkEffect.Stall(0));
      Lab.eventually("lost", () -> peer.state() != Peer.State.CONNECTED);
      proxy.cutAll();
      proxy.heal();
      long back = System.nanoTime();
      Lab.eventually("back", Duration.ofSeconds(5), () -> peer.state() == Peer.State.CONNECTED);
      assertThat(Lab.since(back)).isLessThan(Duration.ofSeconds(5));
      peer.deliver("again", tensor, SendOptions.defaults());
      two.receive(Lab.SOON).close();
    }
  }

  @Test
  void toleratesSeveralConnectionsOfOnePeer(TensorPool pool) throws Exception {
    try (Node one = Node.start(Lab.config());
        Node two = Node.start(Lab.config());
        FaultProxy proxy = FaultProxy.open(Lab.address(two.endpoint()), 1);
        Tensor tensor = Lab.counted(pool, 1000)) {
      Peer direct = one.connect(two.endpoint(), Lab.SOON);
      Peer proxied = one.connect(Lab.at(proxy.port()), Lab.SOON);
      two.connect(one.endpoint(), Lab.SOON);
      assertThat(proxied.id()).isEqualTo(direct.id());
      for (int i = 0; i < 10; i++) {
        proxied.deliver("t", tensor, SendOptions.defaults());
        two.receive(Lab.SOON).close();
      }
      proxy.cutAll();
      Lab.eventually("one is gone", () -> Lab.count(one, "connections-closed") > 0);
      direct.deliver("t", tensor, SendOptions.defaults());
      two.receive(Lab.SOON).close();
    }
  }

  @Test
  void findsTheOtherByBroadcastAndDoesNotChurn() throws Exception {
    int port;
    try (DatagramChannel probe = DatagramChannel.open().bind(Lab.free("127.0.0.1"))) {
      port = probe.socket().getLocalPort();
    }
    NodeConfig.Finding finding =
        new NodeConfig.Finding(
            Set.of(NodeConfig.Finding.Means.BROADCAST), List.of(), Optional.empty(), port);
    try (Node one = Node.start(Lab.config().finding(finding));
        Node two = Node.start(Lab.config().finding(finding))) {
      long start = System.nanoTime();
      Peer there = one.awaitPeer(two.id(), Lab.SOON);
      Peer back = two.awaitPeer(one.id(), Lab.SOON);
      assertThat(Lab.since(start)).isLessThan(Duration.ofSeconds(2));
      Lab.eventually("some time passes", () -> Lab.since(start).toMillis() > 1500);
      assertThat(there.connections()).isBetween(1, 2);
      assertThat(back.connections()).isBetween(1, 2);
      assertThat(Lab.count(one, "connections-closed")).isLessThan(2);
    }
  }

  @Test
  void saysWhatWasTriedWhenNobodyIsThere() throws Exception {
    int dead = closedPort();
    try (Node node = Node.start(seeking("127.0.0.1:" + dead))) {
      Lab.eventually(node, "dials-failed", 1);
      assertThatThrownBy(() -> node.awaitPeer(Duration.ofMillis(300)))
          .isInstanceOf(PeerException.TimedOut.class)
          .hasMessageContaining("within 300 ms")
          .hasMessageContaining("127.0.0.1:" + dead)
          .hasMessageContaining("refused");
    }
    try (Node lonely = Node.start(Lab.config())) {
      assertThatThrownBy(() -> lonely.awaitPeer(Duration.ofMillis(50)))
          .isInstanceOf(PeerException.TimedOut.class)
          .hasMessageContaining("no other node was seen");
    }
  }

  @Test
  void doesNotDialItself() throws Exception {
    List<String> refused = new CopyOnWriteArrayList<>();
    int port = closedPort();
    try (Node node =
        Node.start(seeking("127.0.0.1:" + port, "localhost:" + port).listen(Lab.at(port)))) {
      node.addListener(
          new NodeListener() {
            @Override
            public void refused(Endpoint remote, String reason) {
              refused.add(reason);
            }
          });
      assertThatThrownBy(() -> node.awaitPeer(Duration.ofMillis(500)))
          .isInstanceOf(PeerException.TimedOut.class);
      assertThat(refused).isEmpty();
    }
  }
}
