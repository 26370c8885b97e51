package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.net.pattern.Pair;
import dev.myelin.net.pattern.Publisher;
import dev.myelin.net.pattern.Puller;
import dev.myelin.net.pattern.Pusher;
import dev.myelin.testkit.LeakCheck;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
@ExtendWith(LeakCheck.class)
class InprocExchangeTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String KEY = "0123456789abcdef0123456789abcdef";

  @ParameterizedTest
  @ValueSource(strings = {"inproc://work", "myelin://work"})
  void connectsAgainToWhoeverBindsAnew(String endpoint) throws Exception {
    try (Node node = Node.start(NodeTest.quiet(KEY));
        Pusher pusher = node.messaging().pusher()) {
      pusher.connect(endpoint);
      for (byte i = 0; i < 3; i++) {
        try (Puller puller = node.messaging().puller()) {
          assertThat(puller.bind(endpoint)).isEqualTo(endpoint);
          pusher.push(new byte[] {i});
          assertThat(puller.pull(SOON).bytes()).containsExactly(i);
        }
        assertThat(pusher.peers()).isZero();
      }
    }
  }

  @Test
  void letsInWhoWasTurnedAwayOnceThereIsRoom() throws Exception {
    try (Messaging messaging = Messaging.open();
        Pair one = messaging.pair();
        Pair second = messaging.pair()) {
      String at = one.bind("inproc://two");
      try (Pair first = messaging.pair()) {
        first.connect(at);
        second.connect(at);
        assertThat(first.peers()).isEqualTo(1);
        assertThat(second.peers()).isZero();
      }
      assertThat(second.awaitPeers(1, SOON)).isTrue();
      second.send("hello");
      assertThat(one.receive(SOON).text(0)).isEqualTo("hello");
    }
  }

  @Test
  void waitsForOneThatSpeaksToIt() throws Exception {
    try (Messaging messaging = Messaging.open();
        Pusher pusher = messaging.pusher()) {
      try (Publisher wrong = messaging.publisher()) {
        pusher.connect(wrong.bind("inproc://work"));
        assertThat(pusher.stats().failures()).isEqualTo(1);
      }
      try (Puller puller = messaging.puller()) {
        String at = puller.bind("inproc://work");
        assertThat(at).isEqualTo("inproc://work");
        pusher.push(new byte[] {7});
        assertThat(puller.pull(SOON).bytes()).containsExactly(7);
      }
    }
  }
}
