package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.net.pattern.Pair;
import dev.myelin.net.pattern.Puller;
import dev.myelin.net.pattern.Pusher;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.wire.Limits;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.PartsSecurity;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@Timeout(60)
@ExtendWith(LeakCheck.class)
class ServiceTest {
  private static final Duration SOON = Duration.ofSeconds(30);
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

  @Test
  void asksAtOnceWhenThereIsMoreToFind() throws Exception {
    try (Node asking = Node.start(NodeTest.quiet(KEY));
        Node offering = Node.start(NodeTest.quiet(KEY));
        Puller puller = offering.messaging().puller();
        Pusher pusher = asking.messaging().pusher()) {
      leaveAlone(asking, Duration.ofHours(1));
      assertThat(asking.connect(offering.endpoint(), SOON).proven()).isTrue();
      pusher.connect("myelin://resize");
      Lab.eventually(offering, "refused-unrecognised", 1);
      assertThat(puller.bind("myelin://resize")).isEqualTo("myelin://resize");
      // Without a word it would sleep for half an hour.
      assertThat(pusher.awaitPeers(1, SOON)).isTrue();
    }
  }

  @Test
  void asksANodeThatHangsUpNoMoreOften() throws Exception {
    Limits limits = Lab.limits(new Limits.Strangers(16_384, 1024, 256, 1, Duration.ofHours(1)));
    try (Node asking = Node.start(Lab.config());
        Node offering = Node.start(Lab.config(limits));
        Messaging messaging = Messaging.open();
        Pusher pusher = asking.messaging().pusher()) {
      leaveAlone(asking, Duration.ofHours(1));
      assertThat(offering.connect(asking.endpoint(), SOON).proven()).isTrue();
      try (Pusher stranger = messaging.pusher()) {
        stranger.connect("tcp://" + offering.endpoint());
        Lab.eventually(offering, "refused-paused", 1); // the whole address is, from now on
      }
      long before = Lab.count(offering, "refused-paused");
      pusher.connect("myelin://resize");
      Lab.eventually(offering, "refused-paused", before + 1);
      assertThat(pusher.awaitPeers(1, SHORT)).isFalse();
      assertThat(pusher.stats().failures()).isZero();
    }
  }

  private static void leaveAlone(Node node, Duration first) {
    Objects.requireNonNull(node.transport().services()).nobodyThere(first);
  }

  @Test
  void pausesNoMemberThatLooksForWhatNobodyOffers() throws Exception {
    try (Node offering = Node.start(NodeTest.quiet(KEY));
        Puller other = offering.messaging().puller()) {
      String at = other.bind("myelin://other");
      assertThat(at).isEqualTo("myelin://other");
      lookForNobody(offering);
      try (Node again = Node.start(NodeTest.quiet(KEY))) {
        assertThat(again.connect(offering.endpoint(), SOON).proven()).isTrue();
      }
      assertThat(offering.counters().get("refused-paused")).isZero();
    }
  }

  @Test
  void pausesAStrangerWhereNothingIsOffered() throws Exception {
    try (Node node = Node.start(NodeTest.quiet(KEY));
        Messaging stranger = Messaging.open();
        Pusher pusher = stranger.pusher()) {
      pusher.connect("tcp://" + node.endpoint());
      Lab.eventually("a pause", SOON, () -> Lab.count(node, "refused-paused") > 0);
      assertThat(pusher.peers()).isZero();
    }
  }

  /// Looks for more services than failures are let through.
  private static void lookForNobody(Node offering) throws Exception {
    List<Pusher> pushers = new ArrayList<>();
    try (Node asking = Node.start(NodeTest.quiet(KEY))) {
      assertThat(asking.connect(offering.endpoint(), SOON).proven()).isTrue();
      for (int i = 0; i < 12; i++) {
        pushers.add(asking.messaging().pusher());
        pushers.getLast().connect("myelin://nobody" + i);
      }
      awaitRefusals(offering, 12);
      pushers.forEach(Pusher::close);
    }
  }

  private static void awaitRefusals(Node node, long count) {
    long begin = System.nanoTime();
    while (node.counters().getOrDefault("refused-handshake", 0L) < count
        && System.nanoTime() - begin < SOON.toNanos()) {
      LockSupport.parkNanos(1_000_000);
    }
    assertThat(node.counters().getOrDefault("refused-handshake", 0L)).isGreaterThanOrEqualTo(count);
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
      awaitRefusals(node, 1);
      assertThat(pusher.awaitPeers(1, SHORT)).isFalse();
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
      awaitRefusals(node, 1);
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
      Lab.eventually(node, "refused-unrecognised", 1);
      assertThat(pusher.awaitPeers(1, SHORT)).isFalse();
    }
  }

  @Test
  void comesSoonAfterTheFirstOfAPairLeft() throws Exception {
    try (Node asking = Node.start(NodeTest.quiet(KEY));
        Node offering = Node.start(NodeTest.quiet(KEY));
        Pair one = offering.messaging().pair();
        Pair next = asking.messaging().pair()) {
      leaveAlone(asking, Duration.ofHours(1));
      assertThat(asking.connect(offering.endpoint(), SOON).proven()).isTrue();
      assertThat(one.bind("myelin://duet")).isEqualTo("myelin://duet");
      Pair first = asking.messaging().pair();
      first.connect("myelin://duet");
      assertThat(one.awaitPeers(1, SOON)).isTrue();
      next.connect("myelin://duet");
      Lab.eventually("it was told", SOON, () -> next.stats().failures() > 0);
      assertThat(next.peers()).isZero();
      first.close();
      // Were it taken for a node that offers nothing, half an hour would pass.
      next.send("next");
      assertThat(one.receive(SOON).text(0)).isEqualTo("next");
    }
  }

  @Test
  void aFullSocketHidesNoOther() throws Exception {
    try (Node node = Node.start(NodeTest.quiet(KEY));
        Messaging stranger = Messaging.open();
        Pair one = node.messaging().pair();
        Pair two = node.messaging().pair();
        Pair first = stranger.pair();
        Pair second = stranger.pair()) {
      assertThat(one.bind("myelin://one")).isEqualTo("myelin://one");
      assertThat(two.bind("myelin://two")).isEqualTo("myelin://two");
      first.connect("tcp://" + node.endpoint());
      assertThat(one.awaitPeers(1, SOON)).isTrue();
      second.connect("tcp://" + node.endpoint());
      assertThat(two.awaitPeers(1, SOON)).isTrue();
      second.send("second");
      assertThat(two.receive(SOON).text(0)).isEqualTo("second");
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
