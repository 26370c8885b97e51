package dev.myelin.net.pattern;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.net.Messaging;
import dev.myelin.testkit.Property;
import dev.myelin.wire.parts.Parts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class PushPullChurnProperties {
  private static final Duration LONG = Duration.ofSeconds(10);

  @Test
  void losesAndDoublesNothingWhilePullersComeAndGo() {
    Property.check(
        25,
        random -> {
          try (Messaging messaging = Messaging.open();
              Pusher pusher = messaging.pusher()) {
            new Churn(messaging, pusher, random).run();
          }
        });
  }

  /// Pullers that come at random, and leave after they have taken what they were given.
  private static final class Churn {
    private final Messaging messaging;
    private final Pusher pusher;
    private final RandomGenerator random;
    private final List<Puller> pullers = new ArrayList<>();
    private final Set<Integer> seen = new TreeSet<>();
    private int sent;

    Churn(Messaging messaging, Pusher pusher, RandomGenerator random) {
      this.messaging = messaging;
      this.pusher = pusher;
      this.random = random;
    }

    void run() throws Exception {
      String at = pusher.bind(random.nextBoolean() ? "inproc://x" : "tcp://127.0.0.1:*");
      for (int step = 0; step < 30; step++) {
        int choice = random.nextInt(4);
        if (pullers.isEmpty() || (choice == 0 && pullers.size() < 4)) {
          come(at);
        } else if (choice == 1) {
          leave();
        } else {
          push(random.nextInt(50));
        }
      }
      take();
      assertThat(seen).hasSize(sent);
      pullers.forEach(Puller::close);
    }

    private void come(String at) throws InterruptedException {
      Puller puller = messaging.puller();
      puller.connect(at);
      pullers.add(puller);
      assertThat(pusher.awaitPeers(pullers.size(), LONG)).isTrue();
    }

    private void leave() throws Exception {
      take();
      pullers.remove(random.nextInt(pullers.size())).close();
      boolean left = pusher.outflow().await(() -> pusher.peers() == pullers.size(), LONG);
      assertThat(left).isTrue();
    }

    private void push(int count) throws Exception {
      for (int i = 0; i < count; i++) {
        pusher.push(Integer.toString(sent++));
      }
    }

    private void take() throws Exception {
      try (Poller poller = Poller.open()) {
        pullers.forEach(puller -> poller.add(puller, Poller.Readiness.READABLE));
        while (seen.size() < sent) {
          Set<PatternSocket> ready = poller.poll(LONG).keySet();
          assertThat(ready).as("ready sockets").isNotEmpty();
          ready.forEach(socket -> takeAll((Puller) socket));
        }
      }
    }

    private void takeAll(Puller puller) {
      Optional<Parts> next = puller.tryPull();
      while (next.isPresent()) {
        assertThat(seen.add(Integer.valueOf(next.get().text(0)))).isTrue();
        next = puller.tryPull();
      }
    }
  }
}
