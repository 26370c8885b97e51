package dev.myelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.net.Endpoint;
import dev.myelin.net.Node;
import dev.myelin.net.NodeConfig;
import dev.myelin.net.NodeConfig.Encryption;
import dev.myelin.net.NodeConfig.Finding;
import dev.myelin.net.NodeConfig.Security;
import dev.myelin.net.Peer;
import dev.myelin.net.Reception;
import dev.myelin.net.SendOptions;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.FaultProxy;
import dev.myelin.testkit.FaultProxy.Direction;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.testkit.LinkEffect;
import dev.myelin.testkit.LinkEffect.Cut;
import dev.myelin.testkit.LinkEffect.Delay;
import dev.myelin.testkit.LinkEffect.FlipBit;
import dev.myelin.testkit.LinkEffect.HalfClose;
import dev.myelin.testkit.LinkEffect.HalfOpen;
import dev.myelin.testkit.LinkEffect.Noise;
import dev.myelin.testkit.LinkEffect.Reset;
import dev.myelin.testkit.LinkEffect.Split;
import dev.myelin.testkit.LinkEffect.Stall;
import dev.myelin.testkit.LinkEffect.Throttle;
import dev.myelin.testkit.LinkEffect.Trickle;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.TensorHeader.Digest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// A link between two nodes goes wrong: the harm happens, the caller is told or served, and nothing
/// leaks.
@ExtendWith(LeakCheck.class)
@Timeout(60)
class LinkChaosIT {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final long TOLD_MILLIS = 3500;
  private static final long BACK_MILLIS = 6000;
  private static final int TENSOR_BYTES = 1 << 20;

  static Stream<Arguments> slowEffectsEachWay() {
    return crossed(
        new Delay(Duration.ofMillis(5), Duration.ofMillis(60)),
        new Trickle(40_000, Duration.ofMillis(1)),
        new Split(13),
        new Throttle(2_000_000));
  }

  static Stream<Arguments> deadlyEffectsEachWay() {
    return crossed(
        new Cut(0),
        new Cut(7),
        new Reset(0),
        new Reset(20),
        new HalfClose(0),
        new HalfClose(9),
        new Stall(0),
        new Stall(5),
        new FlipBit(0, 7),
        new FlipBit(1, 3),
        new FlipBit(13, 0),
        new Noise(1000),
        new HalfOpen(0),
        new HalfOpen(11));
  }

  static Stream<Arguments> effectsInTheMiddleOfATensor() {
    return Stream.of(
            new Cut(500_000),
            new Reset(500_000),
            new HalfClose(500_000),
            new Stall(500_000),
            new FlipBit(500_000, 2),
            new Noise(500_000),
            new HalfOpen(500_000))
        .map(Arguments::of);
  }

  @ParameterizedTest
  @MethodSource("slowEffectsEachWay")
  void servesThroughASlowLink(Direction direction, LinkEffect effect, TensorPool pool)
      throws Exception {
    try (Link link = Link.open(pool, Encryption.tls())) {
      link.proxy.apply(direction, effect);
      link.deliver();
      link.deliver();
      assertThat(link.proxy.harmsBy(effect.getClass())).isPositive();
      link.requireUnharmedTensors(3);
    }
  }

  @ParameterizedTest
  @MethodSource("deadlyEffectsEachWay")
  void tellsTheCallerAndComesBack(Direction direction, LinkEffect effect, TensorPool pool)
      throws Exception {
    requireToldAndBack(direction, effect, pool, Encryption.tls());
  }

  @ParameterizedTest
  @MethodSource("effectsInTheMiddleOfATensor")
  void tellsTheCallerInTheMiddleOfATensorAndComesBack(LinkEffect effect, TensorPool pool)
      throws Exception {
    requireToldAndBack(Direction.TO_TARGET, effect, pool, Encryption.tls());
  }

  /// Digests alone must notice what is changed on the way.
  @ParameterizedTest
  @MethodSource("effectsInTheMiddleOfATensor")
  void tellsTheCallerWhereNothingIsEncrypted(LinkEffect effect, TensorPool pool) throws Exception {
    requireToldAndBack(Direction.TO_TARGET, effect, pool, Encryption.plain());
  }

  private static void requireToldAndBack(
      Direction direction, LinkEffect effect, TensorPool pool, Encryption encryption)
      throws Exception {
    try (Link link = Link.open(pool, encryption)) {
      link.proxy.apply(direction, effect);
      long harmed = System.nanoTime();
      String told = link.deliverUntilHarmed(effect);
      long toldMillis = (System.nanoTime() - harmed) / 1_000_000;
      link.proxy.heal();
      long healed = System.nanoTime();
      link.deliverAgain(healed);
      long backMillis = (System.nanoTime() - healed) / 1_000_000;
      System.out.printf("%s %s: %s, back in %d ms%n", direction, effect, told, backMillis);
      assertThat(link.proxy.harmsBy(effect.getClass())).isPositive();
      assertThat(toldMillis).as(told).isLessThanOrEqualTo(TOLD_MILLIS);
      assertThat(backMillis).isLessThanOrEqualTo(BACK_MILLIS);
      link.requireUnharmedTensors(2);
    }
  }

  private static Stream<Arguments> crossed(LinkEffect... effects) {
    return Stream.of(effects)
        .flatMap(
            effect ->
                Stream.of(Direction.values()).map(direction -> Arguments.of(direction, effect)));
  }

  /// Two nodes with a faulty link between; all that arrives is compared with what was sent.
  private static final class Link implements AutoCloseable {
    private static final SendOptions OPTIONS =
        SendOptions.defaults().digest(Digest.CRC32C).limit(Duration.ofSeconds(3));

    final FaultProxy proxy;
    private final Node near;
    private final Node far;
    private final Tensor tensor;
    private final ConcurrentLinkedQueue<String> received = new ConcurrentLinkedQueue<>();

    private Link(TensorPool pool, Encryption encryption) throws IOException {
      NodeConfig config =
          NodeConfig.of("lab", Identities.KEY)
              .links(Identities.SOCKETS)
              .listen(new Endpoint("127.0.0.1", 0))
              .security(Security.secure().encryption(encryption));
      Finding none =
          new Finding(Set.of(), List.of(), Optional.empty(), Finding.DEFAULT_BROADCAST_PORT);
      this.tensor = Tensors.random(pool, TENSOR_BYTES, 1);
      this.far =
          Node.start(
              config.identity(Identities.fresh("lab")).finding(none),
              Reception.handler(
                  delivery -> {
                    try (delivery) {
                      received.add(Tensors.sha256(delivery.tensor()));
                    }
                  }));
      this.proxy =
          FaultProxy.open(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), far.endpoint().port()), 1);
      Finding viaProxy =
          new Finding(
              Set.of(),
              List.of("127.0.0.1:" + proxy.port()),
              Optional.empty(),
              Finding.DEFAULT_BROADCAST_PORT);
      this.near = Node.start(config.identity(Identities.fresh("lab")).finding(viaProxy));
    }

    static Link open(TensorPool pool, Encryption encryption) throws Exception {
      Link link = new Link(pool, encryption);
      link.near.awaitPeer(SOON);
      link.deliver();
      return link;
    }

    void deliver() throws IOException, InterruptedException {
      deliver(near.awaitPeer(SOON));
    }

    private void deliver(Peer peer) throws IOException, InterruptedException {
      assertThat(peer.deliver("tensor", tensor, OPTIONS).confirmed()).isTrue();
    }

    /// Delivers until the effect did its harm or a delivery fails; returns how that ended.
    String deliverUntilHarmed(LinkEffect effect) throws InterruptedException {
      long deadline = System.nanoTime() + SOON.toNanos();
      Peer peer = near.peers().getFirst();
      while (System.nanoTime() < deadline) {
        try {
          deliver(peer); // who waited for the peer to come back would not be told
          if (proxy.harmsBy(effect.getClass()) > 0) {
            return "served all the same";
          }
        } catch (PeerException e) {
          return e.getClass().getSimpleName() + " (" + e.getMessage() + ")";
        } catch (IOException e) {
          throw new AssertionError("not typed: " + e, e);
        }
      }
      return "never harmed";
    }

    void deliverAgain(long healed) throws InterruptedException {
      while (true) {
        try {
          deliver();
          return;
        } catch (IOException e) {
          if (System.nanoTime() - healed > SOON.toNanos()) {
            throw new AssertionError("not back: " + e, e);
          }
          LockSupport.parkNanos(10_000_000);
        }
      }
    }

    /// The receiver's word comes before its handler has looked, so waits for the handler.
    void requireUnharmedTensors(int atLeast) {
      long deadline = System.nanoTime() + SOON.toNanos();
      while (received.size() < atLeast && System.nanoTime() < deadline) {
        LockSupport.parkNanos(5_000_000);
      }
      assertThat(received).hasSizeGreaterThanOrEqualTo(atLeast);
      assertThat(Set.copyOf(received)).containsExactly(Tensors.sha256(tensor));
    }

    @Override
    public void close() throws IOException {
      near.close();
      far.close();
      assertThat(far.pool().outstanding()).isZero();
      tensor.close();
      proxy.close();
    }
  }
}
