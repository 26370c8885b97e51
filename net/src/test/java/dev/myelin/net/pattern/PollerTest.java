package dev.myelin.net.pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.net.pipe.SocketOptions;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class PollerTest extends PatternScene {
  @ParameterizedTest
  @ValueSource(strings = {"inproc://%s", "tcp://127.0.0.1:*"})
  void bringsTheMessagesOfSeveralSockets(String place) throws Exception {
    int count = 2_000;
    try (Puller one = messaging.puller();
        Puller two = messaging.puller();
        Pusher toOne = messaging.pusher();
        Pusher toTwo = messaging.pusher();
        Poller poller = Poller.open()) {
      toOne.connect(one.bind(place.formatted("one")));
      toTwo.connect(two.bind(place.formatted("two")));
      poller.add(one, Poller.Readiness.READABLE);
      poller.add(two, Poller.Readiness.READABLE);
      assertThat(poller.poll(SHORT)).isEmpty();
      Thread sender =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      for (int i = 0; i < count; i++) {
                        toOne.push("1");
                        toTwo.push("2");
                      }
                    } catch (Exception e) {
                      throw new IllegalStateException(e);
                    }
                  });
      Map<PatternSocket, Integer> counts = new HashMap<>();
      for (int got = 0; got < 2 * count; got++) {
        PatternSocket next = poller.poll(LONG).keySet().iterator().next();
        ((Puller) next).tryPull().orElseThrow().close();
        counts.merge(next, 1, Integer::sum);
      }
      sender.join();
      assertThat(counts).containsEntry(one, count).containsEntry(two, count);
      assertThat(poller.poll(Duration.ZERO)).isEmpty();
    }
  }

  @Test
  void tellsWhenThereIsRoom() throws Exception {
    SocketOptions one = SocketOptions.defaults().highWater(1, 1);
    try (Puller puller = messaging.puller(one);
        Pusher pusher = messaging.pusher(one);
        Poller poller = Poller.open()) {
      poller.add(pusher, Poller.Readiness.WRITABLE);
      assertThat(poller.poll(SHORT)).isEmpty();
      pusher.connect(puller.bind("inproc://x"));
      assertThat(poller.poll(LONG)).containsEntry(pusher, Set.of(Poller.Readiness.WRITABLE));
      pusher.push("1");
      pusher.push("2");
      assertThat(poller.poll(SHORT)).isEmpty();
      puller.pull();
      puller.pull();
      assertThat(poller.poll(LONG)).containsKey(pusher);
    }
  }

  @Test
  void endsItsWaitWhenItIsClosed() throws Exception {
    Poller poller = Poller.open();
    Thread closer = Thread.ofVirtual().start(poller::close);
    assertThatThrownBy(
            () -> {
              while (true) {
                poller.poll(LONG);
              }
            })
        .isInstanceOf(IllegalStateException.class);
    closer.join();
  }
}
