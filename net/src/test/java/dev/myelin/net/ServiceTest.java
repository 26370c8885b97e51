package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.net.pattern.Puller;
import dev.myelin.net.pattern.Pusher;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.PartsSecurity;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@Timeout(30)
@ExtendWith(LeakCheck.class)
class ServiceTest {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final Duration SHORT = Duration.ofMillis(700);
  private static final String KEY = "0123456789abcdef0123456789abcdef";

  @Test
  void findsAServiceAtEveryNodeThatOffersIt() throws Exception {
    try (Node asking = Node.start(NodeTest.quiet(KEY));
        Node one = Node.start(NodeTest.quiet(KEY));
        Node two = Node.start(NodeTest.quiet(KEY))) {
      assertThat(asking.connect(one.endpoint(), SOON).proven()).isTrue();
      assertThat(asking.connect(two.endpoint(), SOON).proven()).isTrue();
      try (Pusher pusher = asking.messaging().pusher();
          Puller first = one.messaging().puller();
          Puller second = two.messaging().puller()) {
        pusher.connect("myelin://resize");
        assertThat(first.bind("myelin://resize")).isEqualTo("myelin://resize");
        String at = second.bind("myelin://resize");
        assertThat(at).isEqualTo("myelin://resize");
        assertThat(pusher.awaitPeers(2, SOON)).isTrue();
        for (byte i = 0; i < 4; i++) {
          pusher.push(new byte[] {i});
        }
        assertThat(first.pull(SOON).size(0) + first.pull(SOON).size(0)).isEqualTo(2);
        assertThat(second.pull(SOON).size(0) + second.pull(SOON).size(0)).isEqualTo(2);
      }
    }
  }

  @Test
  void findsAServiceOfItsOwnNode() throws Exception {
    try (Node node = Node.start(NodeTest.quiet(KEY));
        Pusher pusher = node.messaging().pusher();
        Puller puller = node.messaging().puller()) {
      pusher.connect("myelin://resize");
      String at = puller.bind("myelin://resize");
      assertThat(at).isEqualTo("myelin://resize");
      pusher.push(new byte[] {7});
      assertThat(puller.pull(SOON).bytes()).containsExactly(7);
    }
  }

  @Test
  void comesBackWhenItsNodeReturns() throws Exception {
    try (Node asking = Node.start(NodeTest.quiet(KEY));
        Pusher pusher = asking.messaging().pusher()) {
      pusher.connect("myelin://resize");
      Endpoint at;
      try (Node node = Node.start(NodeTest.quiet(KEY))) {
        at = node.endpoint();
        assertThat(asking.connect(at, SOON).proven()).isTrue();
        receiveOne(node, pusher);
      }
      assertThatThrownBy(() -> pusher.push(Parts.of("x"), Duration.ofMillis(100)))
          .isInstanceOf(PeerException.TimedOut.class);
      try (Node again = Node.start(NodeTest.quiet(KEY).listen(at))) {
        receiveOne(again, pusher);
      }
    }
  }

  private static void receiveOne(Node node, Pusher pusher)
      throws IOException, InterruptedException {
    try (Puller puller = node.messaging().puller()) {
      String bound = puller.bind("myelin://resize");
      assertThat(bound).isEqualTo("myelin://resize");
      pusher.push(new byte[] {1});
      assertThat(puller.pull(SOON).bytes()).containsExactly(1);
    }
  }

  @Test
  void refusesASecondSocketOfTheSameService() throws Exception {
    try (Node node = Node.start(NodeTest.quiet(KEY));
        Puller one = node.messaging().puller();
        Puller two = node.messaging().puller()) {
      String at = one.bind("myelin://resize");
      assertThatThrownBy(() -> two.bind(at))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("taken");
    }
  }

  @Test
  void takesPeersOfZeroMqAtTheNodesOnePort() throws Exception {
    try (Node node = Node.start(NodeTest.quiet(KEY));
        Messaging stranger = Messaging.open();
        Puller puller = node.messaging().puller();
        Pusher pusher = stranger.pusher()) {
      String at = puller.bind("myelin://work");
      assertThat(at).isEqualTo("myelin://work");
      pusher.connect("tcp://" + node.endpoint());
      pusher.push(new byte[] {3});
      assertThat(puller.pull(SOON).bytes()).containsExactly(3);
    }
  }

  @Test
  void turnsAwayAStrangerWhoOffersAnotherProof() throws Exception {
    SocketOptions plain =
        SocketOptions.defaults().security(new PartsSecurity.PlainServer(_ -> "somebody"));
    try (Node node = Node.start(NodeTest.quiet(KEY));
        Messaging stranger = Messaging.open();
        Puller puller = node.messaging().puller(plain);
        Pusher pusher = stranger.pusher()) {
      String at = puller.bind("myelin://work");
      assertThat(at).isEqualTo("myelin://work");
      pusher.connect("tcp://" + node.endpoint());
      assertThat(pusher.awaitPeers(1, SHORT)).isFalse();
      assertThat(node.counters().get("refused-handshake")).isPositive();
    }
  }

  @Test
  void doesNotLetAPasswordOfOneServiceIntoAnother() throws Exception {
    SocketOptions easy =
        SocketOptions.defaults()
            .security(
                new PartsSecurity.PlainServer(c -> c.user().equals("guest") ? "guest" : null));
    SocketOptions hard =
        SocketOptions.defaults()
            .security(new PartsSecurity.PlainServer(c -> c.user().equals("root") ? "root" : null));
    try (Node node = Node.start(NodeTest.quiet(KEY));
        Messaging stranger = Messaging.open();
        Pusher open = node.messaging().pusher(easy);
        Puller closed = node.messaging().puller(hard);
        Pusher guest =
            stranger.pusher(
                SocketOptions.defaults().security(new PartsSecurity.PlainClient("guest", "x")))) {
      assertThat(open.bind("myelin://open")).isEqualTo("myelin://open");
      assertThat(closed.bind("myelin://closed")).isEqualTo("myelin://closed");
      guest.connect("tcp://" + node.endpoint());
      assertThat(guest.awaitPeers(1, SHORT)).isFalse();
      assertThat(closed.peers()).isZero();
    }
  }

  @Test
  void servesNoZeroMqWhereNothingIsOffered() throws Exception {
    try (Node node = Node.start(NodeTest.quiet(KEY));
        Messaging stranger = Messaging.open();
        Pusher pusher = stranger.pusher()) {
      pusher.connect("tcp://" + node.endpoint());
      assertThat(pusher.awaitPeers(1, SHORT)).isFalse();
      assertThat(node.counters().get("refused-unrecognised")).isPositive();
    }
  }

  @Test
  void namesServicesOnlyWithANode() throws Exception {
    try (Messaging alone = Messaging.open();
        Puller puller = alone.puller()) {
      assertThatThrownBy(() -> puller.bind("myelin://work"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("node");
    }
  }
}
