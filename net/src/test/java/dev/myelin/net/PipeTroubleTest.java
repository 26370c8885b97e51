package dev.myelin.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.net.pattern.PatternSocket;
import dev.myelin.net.pattern.Puller;
import dev.myelin.net.pattern.Pusher;
import dev.myelin.net.pattern.Replier;
import dev.myelin.net.pattern.Request;
import dev.myelin.net.pattern.Subscriber;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.Parts;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a peer that reads nothing, leaves in the middle, or is never to be given up does to us.
@Timeout(60)
@ExtendWith(LeakCheck.class)
class PipeTroubleTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final String ANY_PORT = "tcp://127.0.0.1:*";

  private static SocketOptions waits(Duration heartbeat, Duration patience) {
    return SocketOptions.defaults()
        .waits(SocketOptions.Waits.defaults().heartbeat(heartbeat, patience));
  }

  private static void awaitPeers(PatternSocket socket, int count) {
    long begin = System.nanoTime();
    while (socket.peers() != count && System.nanoTime() - begin < SOON.toNanos()) {
      LockSupport.parkNanos(1_000_000);
    }
    assertThat(socket.peers()).isEqualTo(count);
  }

  @Test
  void doesNotWaitForAnAskerThatNeverReads() throws Exception {
    byte[] reply = new byte[100 << 10];
    try (Messaging messaging = Messaging.open();
        Replier replier = messaging.replier(waits(Duration.ZERO, SHORT));
        RawSocket asker = RawSocket.dial(replier.bind(ANY_PORT), "REQ")) {
      // Asked only once the one before was replied to, so that each reply leaves in this thread.
      awaitPeers(replier, 1);
      while (replier.peers() > 0) {
        ask(asker);
        Optional<Request> request = replier.tryReceive();
        while (request.isEmpty() && replier.peers() > 0) {
          LockSupport.parkNanos(100_000);
          request = replier.tryReceive();
        }
        request.ifPresent(
            each -> {
              each.reply(reply);
              each.close();
            });
      }
      assertThat(messaging.pool().outstanding()).isZero();
    }
  }

  private static void ask(RawSocket asker) {
    try {
      asker.part(true, new byte[0]);
      asker.part(false, new byte[] {1});
    } catch (IOException e) {
      // It was ended: enough.
    }
  }

  @Test
  void repliesUnderAnInterrupt() throws Exception {
    try (Messaging messaging = Messaging.open();
        Replier replier = messaging.replier();
        RawSocket asker = RawSocket.dial(replier.bind(ANY_PORT), "REQ")) {
      for (int i = 0; i < 3; i++) {
        ask(asker);
        try (Request request = replier.receive(SOON)) {
          Thread.currentThread().interrupt();
          request.reply("the reply");
          assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(asker.hears("the reply")).isTrue();
      }
      assertThat(replier.peers()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 100_000})
  void endsPipesWhoseQueueIsFullWhenTheyAreUnbound(int bytes) throws Exception {
    SocketOptions one = SocketOptions.defaults().highWater(1, 1);
    try (Messaging messaging = Messaging.open();
        Puller puller = messaging.puller(one);
        Pusher pusher = messaging.pusher(one)) {
      String at = puller.bind(ANY_PORT);
      pusher.connect(at);
      for (int i = 0; i < 3; i++) {
        pusher.push(Parts.of(new byte[bytes]), SOON);
      }
      awaitQueued(puller);
      puller.unbind(at);
      awaitPeers(puller, 0);
      puller.pull(SOON).close();
    }
  }

  private static void awaitQueued(Puller puller) {
    long begin = System.nanoTime();
    while (puller.stats().queuedIn() == 0 && System.nanoTime() - begin < SOON.toNanos()) {
      LockSupport.parkNanos(1_000_000);
    }
    assertThat(puller.stats().queuedIn()).isPositive();
  }

  @Test
  void noticesThatAPeerLeftWhoseMessagesNobodyReceives() throws Exception {
    SocketOptions few = waits(Duration.ofMillis(100), SOON).highWater(10, 10);
    try (Messaging messaging = Messaging.open();
        Puller puller = messaging.puller(few)) {
      int count = 500;
      try (RawSocket pusher = RawSocket.dial(puller.bind(ANY_PORT), "PUSH")) {
        for (int i = 0; i < count; i++) {
          pusher.part(false, Integer.toString(i).getBytes(UTF_8));
        }
        awaitQueued(puller);
      }
      awaitPeers(puller, 0);
      for (int i = 0; i < count; i++) {
        try (Parts next = puller.pull(SOON)) {
          assertThat(next.text(0)).isEqualTo(Integer.toString(i));
        }
      }
    }
  }

  @Test
  void endsAPeerWhoseMessageDoesNotEnd() throws Exception {
    try (Node node = Node.start(PipePortTest.impatient());
        Puller puller = node.messaging().puller(waits(Duration.ZERO, SOON));
        RawSocket pusher = RawSocket.dial(puller.bind(ANY_PORT), "PUSH")) {
      byte[] parts = new byte[100 * 102];
      for (int i = 0; i < parts.length; i += 102) {
        parts[i] = 1; // more follows
        parts[i + 1] = 100;
      }
      pusher.out().write(parts); // at once: the peer soon has enough of it
      assertThat(pusher.in().readAllBytes().length).isBetween(64, 200);
      awaitPeers(puller, 0);
    }
  }

  @Test
  void answersOnceWhoAsksTheSameOverAndOverWhileNothingCanBeWritten() throws Exception {
    SocketOptions few = waits(Duration.ZERO, Duration.ZERO).highWater(2, 2);
    try (Messaging messaging = Messaging.open();
        Pusher pusher = messaging.pusher(few);
        RawSocket puller = RawSocket.dial(pusher.bind(ANY_PORT), "PULL")) {
      assertThatThrownBy(() -> pushForEver(pusher)).isInstanceOf(PeerException.TimedOut.class);
      puller.out().write("\4\7\4PING\0\0".repeat(5000).getBytes(US_ASCII));
      assertThat(puller.hears("PONG")).isTrue();
      assertThat(pusher.peers()).isEqualTo(1);
    }
  }

  private static void pushForEver(Pusher pusher) throws Exception {
    while (true) {
      pusher.push(Parts.of(new byte[1 << 20]), SHORT);
    }
  }

  @Test
  void tellsOnlyTheLastWordOfASubscriptionWhileNothingCanBeWritten() throws Exception {
    try (Messaging messaging = Messaging.open();
        Subscriber subscriber = messaging.subscriber(waits(Duration.ZERO, Duration.ZERO));
        RawSocket publisher = RawSocket.dial(subscriber.bind(ANY_PORT), "PUB")) {
      awaitPeers(subscriber, 1);
      int prefixes = 16_000;
      for (int i = 0; i < prefixes; i++) {
        subscriber.subscribe(i + ":" + "-".repeat(1000));
      }
      for (int i = 0; i < 100_000; i++) {
        subscriber.subscribe("on and off");
        subscriber.unsubscribe("on and off");
      }
      subscriber.subscribe("that is all");
      long told = bytesUntil(publisher.in(), "that is all");
      assertThat(told).isBetween(prefixes * 1000L, prefixes * 1030L);
    }
  }

  private static long bytesUntil(InputStream in, String last) throws IOException {
    BufferedInputStream all = new BufferedInputStream(in);
    byte[] wanted = last.getBytes(US_ASCII);
    long bytes = 0;
    for (int matched = 0; matched < wanted.length; bytes++) {
      int next = all.read();
      assertThat(next).as("after " + bytes + " bytes").isNotNegative();
      matched = next == wanted[matched] ? matched + 1 : next == wanted[0] ? 1 : 0;
    }
    return bytes;
  }

  @Test
  void neverGivesUpWhereItShouldWaitForever() throws Exception {
    SocketOptions.Waits waits =
        SocketOptions.Waits.defaults()
            .reconnect(SocketOptions.Waits.FOREVER)
            .heartbeat(Duration.ofMillis(100), SocketOptions.Waits.FOREVER);
    SocketOptions patient = SocketOptions.defaults().waits(waits);
    try (Messaging messaging = Messaging.open();
        Puller puller = messaging.puller(patient);
        Pusher pusher = messaging.pusher(patient)) {
      String at = puller.bind(ANY_PORT);
      pusher.connect(at);
      pusher.push(new byte[] {1});
      puller.pull(SOON).close();
      try (RawSocket silent = RawSocket.dial(at, "PUSH")) {
        assertThat(silent.hears("PING")).isTrue();
        assertThat(silent.hears("PING")).isTrue();
      }
    }
  }

  @Test
  void asksNobodyWhereTheHeartbeatNeverComes() throws Exception {
    SocketOptions patient = waits(SocketOptions.Waits.FOREVER, SocketOptions.Waits.FOREVER);
    try (Messaging messaging = Messaging.open();
        Puller puller = messaging.puller(patient);
        RawSocket silent = RawSocket.dial(puller.bind(ANY_PORT), "PUSH")) {
      awaitPeers(puller, 1);
      silent.part(false, new byte[] {1});
      puller.pull(SOON).close();
      assertThat(puller.peers()).isEqualTo(1);
    }
  }
}
