package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.net.pattern.PatternSocket;
import dev.myelin.net.pattern.PeerStats;
import dev.myelin.net.pattern.Publisher;
import dev.myelin.net.pattern.Puller;
import dev.myelin.net.pattern.Pusher;
import dev.myelin.net.pattern.Replier;
import dev.myelin.net.pattern.Requester;
import dev.myelin.net.pattern.Subscriber;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.tensor.Tensor;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.wire.Limits;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.Parts;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// Pipes between two nodes of one machine pass through memory that both share.
@Timeout(60)
@ExtendWith(LeakCheck.class)
class NearPipeTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String AT = "myelin://near";

  private Node asking;
  private Node offering;

  @BeforeEach
  void meet() throws Exception {
    asking = Node.start(Lab.everyday());
    offering = Node.start(Lab.everyday());
    assertThat(asking.connect(offering.endpoint(), SOON).proven()).isTrue();
  }

  @AfterEach
  void part() throws Exception {
    asking.close();
    offering.close();
  }

  private static void awaitMemory(PatternSocket... sockets) {
    for (PatternSocket each : sockets) {
      Lab.eventually(
          "messages pass through memory",
          () ->
              !each.peerStats().isEmpty()
                  && each.peerStats().stream()
                      .map(PeerStats::medium)
                      .allMatch("shared memory"::equals));
    }
  }

  /// Offers a socket, has the other look for it, and waits until both write into memory.
  private static void join(PatternSocket offered, PatternSocket looking) throws Exception {
    assertThat(offered.bind(AT)).isEqualTo(AT);
    looking.connect(AT);
    awaitMemory(looking, offered);
  }

  @Test
  void workPassesThroughMemoryByItself() throws Exception {
    try (Pusher pusher = asking.messaging().pusher();
        Puller puller = offering.messaging().puller()) {
      join(puller, pusher);
      for (byte i = 0; i < 100; i++) {
        pusher.push(new byte[] {i});
      }
      for (byte i = 0; i < 100; i++) {
        assertThat(puller.pull(SOON).bytes()).containsExactly(i);
      }
    }
  }

  @Test
  void whoIsFoundPushesToWhoLooksLikewise() throws Exception {
    try (Pusher pusher = offering.messaging().pusher();
        Puller puller = asking.messaging().puller()) {
      join(pusher, puller);
      pusher.push(new byte[] {7});
      assertThat(puller.pull(SOON).bytes()).containsExactly(7);
    }
  }

  @Test
  void questionsAreAnsweredThroughMemory() throws Exception {
    try (Replier replier = offering.messaging().replier();
        Requester requester = asking.messaging().requester()) {
      replier.onRequest(request -> request.reply(request.take()));
      join(replier, requester);
      for (int i = 0; i < 200; i++) {
        byte[] question = Integer.toString(i).getBytes(StandardCharsets.UTF_8);
        try (Parts answer = requester.request(question)) {
          assertThat(answer.bytes()).isEqualTo(question);
        }
      }
    }
  }

  @Test
  void publicationsPassThroughMemory() throws Exception {
    try (Publisher publisher = offering.messaging().publisher();
        Subscriber subscriber = asking.messaging().subscriber()) {
      subscriber.subscribe("t.");
      join(publisher, subscriber);
      assertThat(publisher.awaitSubscribers(1, SOON)).isTrue();
      for (int i = 0; i < 100; i++) {
        assertThat(publisher.publish("x." + i, "for nobody")).isZero();
        assertThat(publisher.publish("t." + i, "something")).isOne();
        try (Parts message = subscriber.receive(SOON)) {
          assertThat(message.text(0)).isEqualTo("t." + i);
        }
      }
    }
  }

  @Test
  void bothSidesOfAPairSpeakAtOnce() throws Exception {
    try (dev.myelin.net.pattern.Pair one = offering.messaging().pair();
        dev.myelin.net.pattern.Pair other = asking.messaging().pair()) {
      join(one, other);
      FutureTask<Void> there = Lab.aside(() -> talk(one));
      talk(other);
      assertThat(there.get()).isNull();
    }
  }

  private static @Nullable Void talk(dev.myelin.net.pattern.Pair pair) throws Exception {
    byte[] padding = new byte[3000];
    FutureTask<Void> sending =
        Lab.aside(
            () -> {
              for (int i = 0; i < 2000; i++) {
                pair.send(Parts.of("" + i).plus(padding));
              }
              return null;
            });
    for (int i = 0; i < 2000; i++) {
      try (Parts message = pair.receive(SOON)) {
        assertThat(message.text(0)).isEqualTo("" + i);
        assertThat(message.size(1)).isEqualTo(padding.length);
      }
    }
    return sending.get();
  }

  @Test
  void largePartsLandInThePoolAmongSmallOnes() throws Exception {
    try (Pusher pusher = asking.messaging().pusher();
        Puller puller = offering.messaging().puller();
        Tensor large = Lab.counted(offering.messaging().pool(), 64 << 20)) {
      join(puller, pusher);
      FutureTask<Void> pushing =
          Lab.aside(
              () -> {
                for (int i = 0; i < 3; i++) {
                  pusher.push(Parts.of("before"));
                  pusher.push(
                      Parts.of("with").plus(Lab.counted(asking.messaging().pool(), 64 << 20)));
                }
                return null;
              });
      for (int i = 0; i < 3; i++) {
        try (Parts small = puller.pull(SOON);
            Parts both = puller.pull(SOON)) {
          assertThat(small.text(0)).isEqualTo("before");
          assertThat(both.segment(1).isNative()).isTrue();
          assertThat(both.segment(1).mismatch(large.segment())).isEqualTo(-1);
        }
      }
      assertThat(pushing.get()).isNull();
    }
  }

  @Test
  void aSlowReaderHoldsItsSenderBack() throws Exception {
    SocketOptions few = SocketOptions.defaults().highWater(10, 10);
    try (Pusher pusher = asking.messaging().pusher(few);
        Puller puller = offering.messaging().puller(few)) {
      join(puller, pusher);
      byte[] load = new byte[100_000];
      int pushed = 0;
      while (push(pusher, pushed, load)) {
        pushed++;
      }
      // Both queues, what one write carries, and the ring.
      assertThat((long) pushed * load.length).isLessThan(6L << 20);
      assertThat(pusher.peerStats().getFirst().queuedOut()).isLessThanOrEqualTo(11);
      for (int i = 0; i < pushed; i++) {
        try (Parts message = puller.pull(SOON)) {
          assertThat(message.text(0)).isEqualTo("" + i);
        }
      }
      assertThat(pusher.stats().failures()).isZero();
    }
  }

  private static boolean push(Pusher pusher, int number, byte[] load) throws Exception {
    try {
      pusher.push(Parts.of("" + number).plus(load), Duration.ofMillis(300));
      return true;
    } catch (PeerException.TimedOut full) {
      return false;
    }
  }

  @Test
  void whatWasPushedBeforeTheSocketClosedComes() throws Exception {
    try (Puller puller = offering.messaging().puller()) {
      try (Pusher pusher = asking.messaging().pusher()) {
        join(puller, pusher);
        for (int i = 0; i < 900; i++) {
          pusher.push(Parts.of("" + i).plus(new byte[5000]));
        }
      }
      pullInOrder(puller, 900);
      Lab.eventually("it left", () -> puller.peers() == 0);
    }
    assertNothingIsLeft();
  }

  private void assertNothingIsLeft() {
    for (Node each : List.of(asking, offering)) {
      // What is left is the memory of the connection of tensors.
      Lab.eventually("rings are free", () -> each.transport().neighbourhood().rings() == 1);
    }
  }

  @Test
  void movingDoesNotReorderWhatIsUnderWay() throws Exception {
    try (Puller puller = offering.messaging().puller()) {
      assertThat(puller.bind(AT)).isEqualTo(AT);
      for (int round = 0; round < 20; round++) {
        pushAtOnce(300);
        pullInOrder(puller, 300);
      }
    }
    assertNothingIsLeft();
  }

  @Test
  void movingDoesNotReorderBriefMessages() throws Exception {
    try (Puller puller = offering.messaging().puller()) {
      assertThat(puller.bind(AT)).isEqualTo(AT);
      for (int round = 0; round < 20; round++) {
        try (Pusher pusher = asking.messaging().pusher()) {
          pusher.connect(AT);
          pushBriefly(pusher, 5000);
        }
        pullBriefly(puller, 5000);
      }
    }
    assertNothingIsLeft();
  }

  @Test
  void briefMessagesComeThatWerePushedBeforeTheSocketClosed() throws Exception {
    try (Puller puller = offering.messaging().puller()) {
      try (Pusher pusher = asking.messaging().pusher()) {
        join(puller, pusher);
        pushBriefly(pusher, 5000);
      }
      pullBriefly(puller, 5000);
    }
    assertNothingIsLeft();
  }

  /// Returns a message of 1 to 255 bytes that says its number.
  private static String brief(int number) {
    String digits = Integer.toString(number);
    return digits + "-".repeat(number % (256 - digits.length()));
  }

  private static void pushBriefly(Pusher pusher, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      pusher.push(Parts.of(brief(i)));
    }
  }

  private static void pullBriefly(Puller puller, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      try (Parts message = puller.pull(SOON)) {
        assertThat(message.text(0)).isEqualTo(brief(i));
      }
    }
  }

  /// Pushes from the very first moment on, while the two still meet.
  private void pushAtOnce(int count) throws Exception {
    try (Pusher pusher = asking.messaging().pusher()) {
      pusher.connect(AT);
      for (int i = 0; i < count; i++) {
        pusher.push(Parts.of("" + i).plus(new byte[i % 7 == 0 ? 20_000 : 10]));
      }
    }
  }

  private static void pullInOrder(Puller puller, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      try (Parts message = puller.pull(SOON)) {
        assertThat(message.text(0)).isEqualTo("" + i);
      }
    }
  }

  @Test
  void aNodeThatIsToldToUseSocketsDoes() throws Exception {
    NodeConfig apart =
        Lab.everyday().links(NodeConfig.Links.defaults().neighbours(NodeConfig.Neighbours.SOCKET));
    try (Node other = Node.start(apart)) {
      assertThat(asking.connect(other.endpoint(), SOON).proven()).isTrue();
      staysOnItsSocket(other);
    }
  }

  @Test
  void aNodeOfVirtualThreadsStaysOnItsSocket() throws Exception {
    NodeConfig virtual =
        Lab.everyday().links(NodeConfig.Links.defaults().threads(NodeConfig.Threads.VIRTUAL));
    try (Node other = Node.start(virtual)) {
      assertThat(asking.connect(other.endpoint(), SOON).proven()).isTrue();
      staysOnItsSocket(other);
    }
  }

  private void staysOnItsSocket(Node other) throws Exception {
    try (Pusher pusher = asking.messaging().pusher();
        Puller puller = other.messaging().puller()) {
      assertThat(puller.bind(AT)).isEqualTo(AT);
      pusher.connect(AT);
      pusher.push(new byte[] {3});
      assertThat(puller.pull(SOON).bytes()).containsExactly(3);
      assertThat(puller.peerStats().getFirst().medium()).startsWith("TLS");
      assertThat(pusher.peerStats().getFirst().medium()).startsWith("TLS");
    }
  }

  @Test
  void pipesBeyondTheRingsStayOnTheirSockets() throws Exception {
    Limits one = Limits.defaults().sharing(Limits.Sharing.defaults().rings(2));
    try (Node other = Node.start(Lab.everyday().limits(one));
        Node alone = Node.start(Lab.everyday()); // no third node may take a ring
        Puller puller = other.messaging().puller();
        Pusher first = alone.messaging().pusher();
        Pusher second = alone.messaging().pusher()) {
      assertThat(alone.connect(other.endpoint(), SOON).proven()).isTrue();
      // The connection of tensors has one.
      Lab.eventually("it has", () -> other.transport().neighbourhood().rings() == 1);
      join(puller, first);
      second.connect(AT);
      second.push(new byte[] {9});
      assertThat(puller.pull(SOON).bytes()).containsExactly(9);
      assertThat(second.peerStats().getFirst().medium()).startsWith("TLS");
    }
  }
}
