package dev.myelin.net.pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.Parts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class PublishSubscribeTest extends PatternScene {
  @ParameterizedTest
  @ValueSource(strings = {"inproc", "tcp", "ipc"})
  void bringsWhatWasSubscribedAndNothingElse(String transport) throws Exception {
    try (Publisher publisher = messaging.publisher();
        Subscriber subscriber = messaging.subscriber()) {
      subscriber.subscribe("sensor.");
      subscriber.connect(publisher.bind(Places.at(transport, folder)));
      assertThat(publisher.awaitSubscribers(1, LONG)).isTrue();
      assertThat(publisher.publish("sensor.temp", "25.3C")).isEqualTo(1);
      assertThat(publisher.publish("sensory", "no")).isZero();
      assertThat(publisher.publish("sensor.", "yes")).isEqualTo(1);
      Parts first = subscriber.receive(LONG);
      assertThat(first.text(0)).isEqualTo("sensor.temp");
      assertThat(first.text(1)).isEqualTo("25.3C");
      assertThat(subscriber.receive(LONG).text(1)).isEqualTo("yes");
      assertThat(subscriber.tryReceive()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"inproc", "tcp", "ipc"})
  void subscribesToNothingByDefault(String transport) throws Exception {
    try (Publisher publisher = messaging.publisher();
        Subscriber subscriber = messaging.subscriber()) {
      subscriber.connect(publisher.bind(Places.at(transport, folder)));
      assertThat(publisher.awaitPeers(1, LONG)).isTrue();
      assertThat(publisher.publish("a", "1")).isZero();
      assertThatThrownBy(() -> subscriber.receive(SHORT))
          .isInstanceOf(PeerException.TimedOut.class);
      subscriber.subscribe("");
      assertThat(publisher.awaitSubscribers(1, LONG)).isTrue();
      assertThat(publisher.publish("a", "2")).isEqualTo(1);
      assertThat(subscriber.receive(LONG).text(1)).isEqualTo("2");
    }
  }

  @Test
  void bringsAMessageOnceThatSeveralPrefixesMatch() throws Exception {
    try (Publisher publisher = messaging.publisher();
        Subscriber subscriber = messaging.subscriber()) {
      subscriber.subscribe("");
      subscriber.subscribe("a");
      subscriber.subscribe("ab");
      subscriber.connect(publisher.bind("inproc://x"));
      assertThat(publisher.publish("abc", "1")).isEqualTo(1);
      assertThat(subscriber.receive(LONG).text(1)).isEqualTo("1");
      assertThat(subscriber.tryReceive()).isEmpty();
    }
  }

  @Test
  void countsSubscriptions() throws Exception {
    try (Publisher publisher = messaging.publisher();
        Subscriber subscriber = messaging.subscriber()) {
      subscriber.connect(publisher.bind("inproc://x"));
      subscriber.subscribe("a");
      subscriber.subscribe("a");
      subscriber.unsubscribe("a");
      assertThat(publisher.publish("a", "1")).isEqualTo(1);
      subscriber.unsubscribe("a");
      assertThat(subscriber.tryReceive()).isEmpty();
      assertThat(publisher.publish("a", "2")).isZero();
      assertThatThrownBy(() -> subscriber.unsubscribe("a"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("not subscribed");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"inproc", "tcp", "ipc"})
  void bringsManySubscribersEachMessageOnceAndInOrder(String transport) throws Exception {
    SocketOptions unmarked =
        SocketOptions.defaults().queues(new SocketOptions.Queues(0, 0, 1L << 30, 0, 0));
    List<Subscriber> all = new ArrayList<>();
    try (Publisher publisher = messaging.publisher(unmarked)) {
      String at = publisher.bind(Places.at(transport, folder));
      for (int i = 0; i < 12; i++) {
        Subscriber subscriber = messaging.subscriber(unmarked);
        all.add(subscriber);
        subscriber.subscribe("");
        subscriber.connect(at);
      }
      assertThat(publisher.awaitSubscribers(all.size(), LONG)).isTrue();
      for (int round = 0; round < 3; round++) {
        publishFromThree(publisher, round == 1 ? 1 : 300);
        for (Subscriber each : all) {
          assertThat(inOrderOfThree(each, round == 1 ? 1 : 300)).isTrue();
        }
      }
      for (Subscriber each : all) {
        assertThat(each.tryReceive()).isEmpty();
      }
    } finally {
      all.forEach(Subscriber::close);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"inproc", "tcp", "ipc"})
  void losesNothingOfABurstBelowTheMarksThatManyRead(String transport) throws Exception {
    int burst = SocketOptions.Queues.defaults().send() - 1;
    List<Subscriber> all = new ArrayList<>();
    try (Publisher publisher = messaging.publisher()) {
      String at = publisher.bind(Places.at(transport, folder));
      for (int i = 0; i < 20; i++) {
        Subscriber subscriber = messaging.subscriber();
        all.add(subscriber);
        subscriber.subscribe("");
        subscriber.connect(at);
      }
      assertThat(publisher.awaitSubscribers(all.size(), LONG)).isTrue();
      for (int i = 0; i < burst; i++) {
        assertThat(publisher.publish("t", "" + i)).isEqualTo(all.size());
      }
      for (Subscriber each : all) {
        for (int i = 0; i < burst; i++) {
          assertThat(each.receive(LONG).text(1)).isEqualTo("" + i);
        }
      }
    } finally {
      all.forEach(Subscriber::close);
    }
  }

  private static void publishFromThree(Publisher to, int count) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      byte who = (byte) i;
      threads.add(
          Thread.startVirtualThread(
              () -> {
                for (int k = 0; k < count; k++) {
                  to.publish(Parts.of(new byte[] {who, (byte) (k >>> 8), (byte) k}));
                }
              }));
    }
    for (Thread each : threads) {
      each.join();
    }
  }

  private static boolean inOrderOfThree(Subscriber from, int count) throws Exception {
    int[] next = new int[3];
    for (int i = 0; i < 3 * count; i++) {
      byte[] bytes = from.receive(LONG).bytes();
      assertThat(((bytes[1] & 0xFF) << 8) | (bytes[2] & 0xFF)).isEqualTo(next[bytes[0]]++);
    }
    return next[0] == count && next[1] == count && next[2] == count;
  }

  @ParameterizedTest
  @ValueSource(strings = {"inproc", "tcp", "ipc"})
  void dropsForASlowSubscriberAndNeverWaits(String transport) throws Exception {
    SocketOptions ten = SocketOptions.defaults().highWater(10, 10);
    try (Publisher publisher = messaging.publisher(ten);
        Subscriber slow = messaging.subscriber(ten);
        Subscriber quick = messaging.subscriber()) {
      String at = publisher.bind(Places.at(transport, folder));
      slow.subscribe("");
      quick.subscribe("");
      slow.connect(at);
      quick.connect(at);
      assertThat(publisher.awaitSubscribers(2, LONG)).isTrue();
      byte[] large = new byte[1 << 20];
      for (int i = 0; i < 1000 && publisher.stats().dropped() == 0; i++) {
        publisher.publish("topic", large);
        quick.receive(LONG).close(); // so that only the other one lags
      }
      assertThat(publisher.stats().dropped()).isEqualTo(1);
      assertThat(publisher.peerStats()).filteredOn(peer -> peer.dropped() == 1).hasSize(1);
      slow.receive(LONG).close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"inproc", "tcp", "ipc"})
  void sharesOneTensorAmongAllSubscribers(String transport) throws Exception {
    List<Subscriber> all = new ArrayList<>();
    try (Publisher publisher = messaging.publisher()) {
      String at = publisher.bind(Places.at(transport, folder));
      for (int i = 0; i < 10; i++) {
        Subscriber each = messaging.subscriber();
        each.subscribe("t");
        each.connect(at);
        all.add(each);
      }
      assertThat(publisher.awaitSubscribers(10, LONG)).isTrue();
      Tensor tensor = messaging.pool().allocate(DType.F32, Shape.of(300_000));
      tensor.set(299_999, 2.5);
      publisher.publish(TensorParts.of("x", tensor).behind(Parts.of("t").bytes()));
      for (Subscriber each : all) {
        try (TensorParts.Named got = TensorParts.open(each.receive(LONG), 1, messaging.pool())) {
          assertThat(got.tensor().shape()).isEqualTo(Shape.of(300_000));
          assertThat(got.tensor().doubleAt(299_999)).isEqualTo(2.5);
        }
      }
    } finally {
      all.forEach(Subscriber::close);
    }
    assertThat(messaging.pool().outstanding()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"inproc", "tcp", "ipc"})
  void givesTheLastValueToALateJoiner(String transport) throws Exception {
    Publishing.LastValues last = new Publishing.LastValues(2, 1 << 20);
    try (Publisher publisher = messaging.publisher(SocketOptions.defaults(), last);
        Subscriber subscriber = messaging.subscriber()) {
      publisher.publish("a", "gone");
      publisher.publish("b", "1");
      publisher.publish("b", "2");
      publisher.publish("c", "3");
      publisher.publish("c", new byte[2 << 20]);
      publisher.publish("c", "4");
      publisher.publish("b", "5");
      publisher.publish(
          Parts.of("b2").plus(messaging.pool().allocate(DType.U8, Shape.of(100_000))));
      subscriber.subscribe("b");
      subscriber.connect(publisher.bind(Places.at(transport, folder)));
      assertThat(subscriber.receive(LONG).text(1)).isEqualTo("5");
      try (Parts large = subscriber.receive(LONG)) {
        assertThat(large.text(0)).isEqualTo("b2");
      }
      subscriber.subscribe("c");
      assertThatThrownBy(() -> subscriber.receive(SHORT))
          .isInstanceOf(PeerException.TimedOut.class);
    }
    assertThat(messaging.pool().outstanding()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"inproc", "tcp", "ipc"})
  void showsAnXPublisherWhatIsWanted(String transport) throws Exception {
    try (XPublisher publisher = messaging.xpublisher();
        XSubscriber one = messaging.xsubscriber();
        Subscriber two = messaging.subscriber()) {
      String at = publisher.bind(Places.at(transport, folder));
      one.connect(at);
      one.subscribe("topic");
      XPublisher.Subscription first = publisher.awaitChange(LONG).orElseThrow();
      assertThat(first.prefix()).asString().isEqualTo("topic");
      assertThat(first.isWanted()).isTrue();
      two.connect(at);
      two.subscribe("topic");
      assertThat(publisher.awaitSubscribers(2, LONG)).isTrue();
      assertThat(publisher.publish("topic", "x")).isEqualTo(2);
      assertThat(one.receive(LONG).text(1)).isEqualTo("x");
      one.send(Parts.of("upstream", "message"));
      assertThat(publisher.receive(LONG).text(1)).isEqualTo("message");
      one.disconnect(at);
      two.disconnect(at);
      XPublisher.Subscription last = publisher.awaitChange(LONG).orElseThrow();
      assertThat(last.isWanted()).isFalse();
    }
  }

  @Test
  void dropsWhatAPeerSendsToAPublisher() throws Exception {
    try (Publisher publisher = messaging.publisher();
        XSubscriber one = messaging.xsubscriber()) {
      one.connect(publisher.bind("inproc://x"));
      for (int i = 0; i < 5000; i++) {
        one.send(Parts.of("unasked"));
      }
      assertThat(publisher.stats().dropped()).isEqualTo(5000);
      assertThat(publisher.stats().receivedMessages()).isZero();
    }
  }

  @Test
  void servesASubscriberOfManyPrefixes() throws Exception {
    int prefixes = 5_000;
    try (Publisher publisher = messaging.publisher();
        Subscriber subscriber = messaging.subscriber()) {
      for (int i = 0; i < prefixes; i++) {
        subscriber.subscribe(i + ":");
      }
      subscriber.connect(publisher.bind(Places.at("tcp", folder)));
      Duration limit = Duration.ofSeconds(20);
      assertThat(publisher.awaitSubscribers(1, limit)).isTrue();
      for (int i = 0; i < prefixes; i += 250) {
        String topic = i + ":";
        Places.eventually(() -> publisher.publish(topic, "hello") > 0); // its words have come
      }
      for (int i = 0; i < prefixes; i += 250) {
        assertThat(subscriber.receive(limit).text(0)).isEqualTo(i + ":");
      }
    }
  }
}
