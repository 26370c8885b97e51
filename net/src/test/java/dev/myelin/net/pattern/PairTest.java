package dev.myelin.net.pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class PairTest extends PatternScene {
  @ParameterizedTest
  @ValueSource(strings = {"inproc", "tcp", "ipc"})
  void speaksBothWays(String transport) throws Exception {
    try (Pair one = messaging.pair();
        Pair other = messaging.pair()) {
      other.connect(one.bind(Places.at(transport, folder)));
      for (int i = 0; i < 100; i++) {
        one.send("one " + i);
        other.send("other " + i);
        assertThat(other.receive(LONG).text(0)).isEqualTo("one " + i);
        assertThat(one.receive(LONG).text(0)).isEqualTo("other " + i);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"inproc", "tcp", "ipc"})
  void turnsASecondPeerAway(String transport) throws Exception {
    try (Pair one = messaging.pair();
        Pair first = messaging.pair();
        Pair second = messaging.pair()) {
      String at = one.bind(Places.at(transport, folder));
      first.connect(at);
      assertThat(one.awaitPeers(1, LONG)).isTrue();
      second.connect(at);
      first.send("first");
      assertThat(one.receive(LONG).text(0)).isEqualTo("first");
      assertThatThrownBy(() -> one.receive(SHORT)).isInstanceOf(PeerException.TimedOut.class);
      assertThat(one.peers()).isEqualTo(1);
    }
  }

  @Test
  void waitsForAPeer() throws Exception {
    try (Pair one = messaging.pair();
        Pair other = messaging.pair()) {
      String at = one.bind("inproc://x");
      assertThatThrownBy(() -> one.send(Parts.of("x"), SHORT))
          .isInstanceOf(PeerException.TimedOut.class)
          .hasMessageContaining("peers: 0");
      other.connect(at);
      one.send("now");
      assertThat(other.receive(LONG).text(0)).isEqualTo("now");
    }
  }

  @Test
  void takesAnotherPeerAfterTheFirstLeft() throws Exception {
    try (Pair one = messaging.pair();
        Pair next = messaging.pair()) {
      String at = one.bind("tcp://127.0.0.1:*");
      Pair first = messaging.pair();
      first.connect(at);
      first.send("first");
      assertThat(one.receive(LONG).text(0)).isEqualTo("first");
      first.close();
      next.connect(at);
      next.send("next");
      assertThat(one.receive(LONG).text(0)).isEqualTo("next");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"inproc", "tcp", "ipc"})
  void losesNothingOfAPeerThatComesBeforeTheFirstLeft(String transport) throws Exception {
    try (Pair one = messaging.pair();
        Pair next = messaging.pair()) {
      String at = one.bind(Places.at(transport, folder));
      Pair first = messaging.pair();
      first.connect(at);
      assertThat(one.awaitPeers(1, LONG)).isTrue();
      next.connect(at);
      FutureTask<Void> sending = new FutureTask<>(() -> sendAll(next));
      Thread.ofPlatform().start(sending);
      first.send("first");
      assertThat(one.receive(LONG).text(0)).isEqualTo("first");
      first.close();
      for (int i = 0; i < 10; i++) {
        assertThat(one.receive(LONG).text(0)).isEqualTo("next " + i);
      }
      sending.get();
    }
  }

  private static Void sendAll(Pair pair) throws IOException, InterruptedException {
    for (int i = 0; i < 10; i++) {
      pair.send(Parts.of("next " + i), LONG);
    }
    return null;
  }

  @ParameterizedTest
  @ValueSource(strings = {"inproc", "tcp", "ipc"})
  void lendsATensorUntilItHasLeft(String transport) throws Exception {
    try (Pair one = messaging.pair();
        Pair other = messaging.pair();
        Tensor tensor = messaging.pool().allocate(DType.I64, Shape.of(100, 1000))) {
      tensor.set(99_999, 7L);
      other.connect(one.bind(Places.at(transport, folder)));
      try (Attendant _ =
          other.onMessage(
              message -> {
                try (TensorParts.Named got = TensorParts.open(message, messaging.pool())) {
                  other.send(Long.toString(got.tensor().longAt(99_999)));
                }
              })) {
        one.send("x", tensor);
        assertThat(one.receive(LONG).text(0)).isEqualTo("7");
      }
    }
    assertThat(messaging.pool().outstanding()).isZero();
  }
}
