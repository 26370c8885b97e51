package dev.myelin.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.net.Messaging;
import dev.myelin.net.pattern.Puller;
import dev.myelin.net.pattern.Pusher;
import dev.myelin.net.pattern.Requester;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.Parts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Patterns whose workers, processes of libzmq, are killed or stand still.
@Timeout(60)
class PatternChaosIT {
  private static final String ANY_PORT = "tcp://127.0.0.1:*";
  private static final Duration IN_TIME = Duration.ofSeconds(4);

  private LibzmqPeer worker;
  private Messaging messaging;

  @BeforeEach
  @Timeout(300)
  void open() throws Exception {
    worker = LibzmqPeer.start();
    messaging = Messaging.open();
  }

  @AfterEach
  void close() {
    messaging.close();
    worker.close();
  }

  /// Nothing comes twice, and all that is pushed once the worker is known to be gone comes: what is
  /// lost was with it, or on its way.
  @Test
  void losesOnlyTheWorkThatWasOnItsWayToAKilledWorker() throws Exception {
    int half = 1000;
    SocketOptions few = SocketOptions.defaults().highWater(20, 20);
    List<String> got = new ArrayList<>();
    try (Pusher pusher = messaging.pusher(few);
        Puller other = messaging.puller(few)) {
      String at = pusher.bind(ANY_PORT);
      worker.socket("PULL").connect(at);
      other.connect(at);
      assertThat(pusher.awaitPeers(2, Party.SOON)).isTrue();
      Thread taker = Thread.ofVirtual().start(() -> takeAll(other, got));
      push(pusher, 0, half);
      worker.process().signal("KILL");
      long begin = System.nanoTime();
      while (pusher.peers() > 1 && System.nanoTime() - begin < Party.SOON.toNanos()) {
        LockSupport.parkNanos(1_000_000);
      }
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(IN_TIME);
      push(pusher, half, 2 * half);
      pusher.push(Parts.of("end"), Party.SOON);
      assertThat(taker.join(Party.SOON)).isTrue();
      assertThat(pusher.stats().dropped()).isZero();
    }
    assertThat(got).doesNotHaveDuplicates();
    assertThat(got.stream().map(Integer::parseInt).filter(each -> each >= half).count())
        .as("of what was pushed once the worker was gone")
        .isEqualTo(half);
  }

  private static void push(Pusher pusher, int from, int to) throws Exception {
    for (int i = from; i < to; i++) {
      pusher.push(Parts.of(Integer.toString(i)), Party.SOON);
    }
  }

  private static void takeAll(Puller puller, List<String> got) {
    try {
      for (String next = take(puller); !next.equals("end"); next = take(puller)) {
        got.add(next);
      }
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static String take(Puller puller) throws Exception {
    try (Parts message = puller.pull(Party.SOON)) {
      return message.text(0);
    }
  }

  @Test
  void tellsWithinSecondsThatAReplierStandsStill() throws Exception {
    try (Requester requester = messaging.requester()) {
      worker.socket("REP").connect(requester.bind(ANY_PORT));
      assertThat(requester.awaitPeers(1, Party.SOON)).isTrue();
      worker.process().signal("STOP");
      long begin = System.nanoTime();
      assertThatThrownBy(() -> requester.request("anybody?"))
          .isInstanceOf(PeerException.Closed.class);
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(IN_TIME);
    }
  }
}
