package dev.myelin.net.pattern;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.Parts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class PushPullTest extends PatternScene {
  @ParameterizedTest
  @ValueSource(strings = {"inproc", "tcp", "ipc"})
  void bringsEveryMessageOnceAndInOrder(String transport) throws Exception {
    int count = 20_000;
    try (Puller puller = messaging.puller();
        Pusher pusher = messaging.pusher()) {
      pusher.connect(puller.bind(Places.at(transport, folder)));
      Thread sender =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      for (int i = 0; i < count; i++) {
                        pusher.push(Integer.toString(i).getBytes(UTF_8));
                      }
                    } catch (Exception e) {
                      throw new IllegalStateException(e);
                    }
                  });
      for (int i = 0; i < count; i++) {
        assertThat(puller.pull().text(0)).isEqualTo(Integer.toString(i));
      }
      sender.join();
      assertThat(puller.tryPull()).isEmpty();
      assertThat(puller.stats().receivedMessages()).isEqualTo(count);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"inproc", "tcp", "ipc"})
  void bringsLargePartsInNativeMemory(String transport) throws Exception {
    try (Puller puller = messaging.puller();
        Pusher pusher = messaging.pusher()) {
      pusher.connect(puller.bind(Places.at(transport, folder)));
      Tensor tensor = messaging.pool().allocate(DType.U8, Shape.of(3_000_000));
      tensor.segment().fill((byte) 7);
      pusher.push(Parts.of("head").plus(tensor));
      try (Parts got = puller.pull()) {
        assertThat(got.count()).isEqualTo(2);
        assertThat(got.text(0)).isEqualTo("head");
        assertThat(got.size(1)).isEqualTo(3_000_000);
        assertThat(got.bytes(1)).containsOnly(7);
      }
    }
    assertThat(messaging.pool().outstanding()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"inproc", "tcp", "ipc"})
  void takesTurnsAmongPullers(String transport) throws Exception {
    List<Puller> pullers = new ArrayList<>();
    try (Pusher pusher = messaging.pusher()) {
      String at = pusher.bind(Places.at(transport, folder));
      for (int i = 0; i < 3; i++) {
        Puller puller = messaging.puller();
        puller.connect(at);
        pullers.add(puller);
      }
      assertThat(pusher.awaitPeers(3, Duration.ofSeconds(10))).isTrue();
      for (int i = 0; i < 7; i++) {
        pusher.push(new byte[] {(byte) i});
      }
      List<Integer> counts = new ArrayList<>();
      for (Puller puller : pullers) {
        int count = 0;
        for (int i = 0; i < 2; i++) {
          puller.pull().close();
          count++;
        }
        counts.add(count);
      }
      assertThat(counts).containsExactly(2, 2, 2);
    } finally {
      pullers.forEach(Puller::close);
    }
  }

  @Test
  void saysThatNobodyIsThereInTime() throws Exception {
    try (Pusher pusher = messaging.pusher()) {
      assertThatThrownBy(() -> pusher.push(Parts.of("x"), SHORT))
          .isInstanceOf(PeerException.TimedOut.class)
          .hasMessageContaining("peers: 0");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"inproc", "tcp"})
  void blocksAtTheHighWaterMark(String transport) throws Exception {
    SocketOptions ten = SocketOptions.defaults().highWater(10, 10);
    try (Puller puller = messaging.puller(ten);
        Pusher pusher = messaging.pusher(ten)) {
      pusher.connect(puller.bind(Places.at(transport, folder)));
      int sent = 0;
      byte[] big = new byte[1 << 20];
      try {
        while (true) {
          pusher.push(Parts.of(big), Duration.ofMillis(500));
          sent++;
        }
      } catch (PeerException.TimedOut e) {
        assertThat(sent).isBetween(20, 60);
      }
      for (int i = 0; i < sent; i++) {
        puller.pull().close();
      }
      pusher.push(Parts.of(big), Duration.ofSeconds(5));
      puller.pull().close();
    }
  }

  @Test
  void letsNoStrangerIn() {
    try (Puller puller = messaging.puller()) {
      assertThatThrownBy(() -> puller.bind("tcp://*:*"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("stranger");
    }
  }

  @Test
  void givesAMessageBackThatCannotBeEncoded() throws Exception {
    CountDownLatch back = new CountDownLatch(1);
    try (TensorPool pool = TensorPool.open("test", 1 << 20);
        Puller puller = messaging.puller();
        Pusher pusher = messaging.pusher()) {
      pusher.connect(puller.bind(Places.at("tcp", folder)));
      Tensor closed = pool.allocate(DType.U8, Shape.of(100_000));
      closed.close();
      Parts message = Parts.of(closed).lend(back::countDown);
      pusher.push(message);
      assertThat(back.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void tellsWhyAPeerOfTheWrongKindStaysAway() throws Exception {
    try (Puller puller = messaging.puller();
        Puller wrong = messaging.puller()) {
      assertThat(wrong.lastFailure()).isEmpty();
      String at = puller.bind(Places.at("tcp", folder));
      wrong.connect(at);
      Places.eventually(() -> wrong.lastFailure().isPresent() && puller.lastFailure().isPresent());
      assertThat(puller.lastFailure().orElseThrow().endpoint()).isEqualTo(at);
      assertThat(puller.lastFailure().orElseThrow().reason()).contains("PULL");
      assertThat(wrong.stats().failures()).isPositive();
    }
  }
}
