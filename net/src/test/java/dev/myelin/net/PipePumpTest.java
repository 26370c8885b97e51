package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.net.pattern.Puller;
import dev.myelin.net.pattern.Pusher;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.testkit.FaultProxy;
import dev.myelin.testkit.FaultProxy.Direction;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.testkit.LinkEffect;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@Timeout(60)
@ExtendWith(LeakCheck.class)
class PipePumpTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final SocketOptions ATTENTIVE =
      SocketOptions.defaults()
          .waits(
              SocketOptions.Waits.defaults()
                  .heartbeat(Duration.ofMillis(200), Duration.ofMillis(1800)));

  private static FaultProxy before(String endpoint) throws Exception {
    Endpoint at = Endpoint.parse(endpoint);
    return FaultProxy.open(new InetSocketAddress(at.host(), at.port()), 1);
  }

  @Test
  void waitsForAPeerThatTakesALargeMessageSlowly() throws Exception {
    try (Messaging messaging = Messaging.open();
        Puller puller = messaging.puller(ATTENTIVE);
        Pusher pusher = messaging.pusher(ATTENTIVE);
        FaultProxy slow = before(puller.bind("tcp://127.0.0.1:*"))) {
      slow.apply(Direction.TO_TARGET, new LinkEffect.Throttle(6 << 20));
      pusher.connect("tcp://127.0.0.1:" + slow.port());
      Tensor large = messaging.pool().allocate(DType.U8, Shape.of(24 << 20));
      pusher.push(Parts.of(large));
      puller.pull(SOON).close();
      assertThat(slow.harmsBy(LinkEffect.Throttle.class)).isPositive();
      assertThat(pusher.stats().failures()).isZero();
    }
  }

  /// All of it is in the kernels at once, and our question behind it.
  @Test
  void waitsForAPeerBehindASlowLinkThatStillCarriesALargeMessage() throws Exception {
    SocketOptions hasty =
        SocketOptions.defaults()
            .waits(
                SocketOptions.Waits.defaults()
                    .heartbeat(Duration.ofMillis(100), Duration.ofMillis(1200)));
    try (Messaging messaging = Messaging.open();
        Puller puller = messaging.puller();
        Pusher pusher = messaging.pusher(hasty);
        FaultProxy slow = before(puller.bind("tcp://127.0.0.1:*"))) {
      slow.apply(Direction.TO_TARGET, new LinkEffect.Throttle(1 << 20));
      Tensor large = messaging.pool().allocate(DType.U8, Shape.of(3 << 20));
      pusher.connect("tcp://127.0.0.1:" + slow.port());
      pusher.push(Parts.of(large));
      puller.pull(SOON).close();
      assertThat(slow.harmsBy(LinkEffect.Throttle.class)).isPositive();
      assertThat(pusher.stats().failures()).isZero();
    }
  }

  @Test
  void takesAPeerWhoseQueueIsFullForAlive() throws Exception {
    SocketOptions full = ATTENTIVE.highWater(1, 1);
    try (Messaging messaging = Messaging.open();
        Puller puller = messaging.puller(full);
        Pusher pusher = messaging.pusher(full)) {
      pusher.connect(puller.bind("tcp://127.0.0.1:*"));
      for (byte i = 0; i < 3; i++) {
        pusher.push(Parts.of(new byte[] {i}), SOON);
      }
      assertThat(pusher.awaitPeers(2, Duration.ofSeconds(3))).isFalse(); // longer than patience
      for (byte i = 0; i < 3; i++) {
        assertThat(puller.pull(SOON).bytes()).containsExactly(i);
      }
      assertThat(pusher.stats().failures()).isZero();
    }
  }

  @Test
  void endsAPipeToAPeerThatFellSilent() throws Exception {
    try (Messaging messaging = Messaging.open();
        Puller puller = messaging.puller(ATTENTIVE);
        Pusher pusher = messaging.pusher(ATTENTIVE);
        FaultProxy link = before(puller.bind("tcp://127.0.0.1:*"))) {
      pusher.connect("tcp://127.0.0.1:" + link.port());
      pusher.push(new byte[] {1});
      assertThat(puller.pull(SOON).bytes()).containsExactly(1);
      link.apply(Direction.TO_TARGET, new LinkEffect.Stall(0));
      link.apply(Direction.TO_DIALLER, new LinkEffect.Stall(0));
      long begin = System.nanoTime();
      // Whoever falls silent is let go of, although small messages still fit into the kernel.
      while (pusher.stats().failures() == 0 && System.nanoTime() - begin < SOON.toNanos()) {
        pushMore(pusher);
        LockSupport.parkNanos(20_000_000);
      }
      assertThat(pusher.stats().failures()).isPositive();
    }
  }

  /// Waits briefly for room: the one peer may be let go of between two looks.
  private static void pushMore(Pusher pusher) throws IOException, InterruptedException {
    try {
      pusher.push(Parts.of("more"), Duration.ofMillis(100));
    } catch (PeerException.TimedOut e) {
      // Then it is, and that is about to be counted.
    }
  }
}
