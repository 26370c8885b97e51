package dev.myelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.net.Delivery;
import dev.myelin.net.Endpoint;
import dev.myelin.net.Node;
import dev.myelin.net.NodeConfig;
import dev.myelin.net.NodeConfig.Finding;
import dev.myelin.net.Peer;
import dev.myelin.net.Reception;
import dev.myelin.net.SendOptions;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.TensorHeader.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Nodes come, deliver and go, for `-Dmyelin.soak.minutes` (2): nothing may grow.
@Timeout(value = 12, unit = TimeUnit.HOURS)
class SoakIT {
  private static final Duration SOON = Duration.ofSeconds(15);
  private static final long MEBIBYTE = 1 << 20;
  private static final long GROWTH_BYTES = 32 * MEBIBYTE;
  private static final int GUESTS = 4;

  /// All sizes come from the first round on: a load that grew would look like a leak.
  private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;

  /// What the process holds at one moment.
  ///
  /// @param unaskedBytes the resident memory but what the two pools hold, which has limits of its
  ///   own and follows the load
  private record Holdings(long unaskedBytes, long descriptors, long threads, long poolBytes) {
    static Holdings now(TensorPool host, TensorPool guests) throws IOException {
      System.gc();
      long resident =
          Files.readAllLines(Path.of("/proc/self/status")).stream()
              .filter(line -> line.startsWith("VmRSS:"))
              .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
              .findFirst()
              .orElseThrow();
      try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
        return new Holdings(
            resident - host.reserved() - guests.reserved(),
            open.count(),
            Thread.getAllStackTraces().size(),
            host.outstanding());
      }
    }

    /// Returns the medians: single rounds are as noisy as the machine.
    static Holdings typical(List<Holdings> many) {
      return new Holdings(
          median(many, Holdings::unaskedBytes),
          median(many, Holdings::descriptors),
          median(many, Holdings::threads),
          median(many, Holdings::poolBytes));
    }

    private static long median(List<Holdings> many, ToLongFunction<Holdings> of) {
      long[] sorted = many.stream().mapToLong(of).sorted().toArray();
      return sorted[sorted.length / 2];
    }
  }

  @Test
  void nothingGrowsWhileNodesComeAndGo() throws Exception {
    long minutes = Long.getLong("myelin.soak.minutes", 2);
    long begin = System.nanoTime();
    long nanos = Duration.ofMinutes(minutes).toNanos();
    List<Holdings> early = new ArrayList<>();
    List<Holdings> late = new ArrayList<>();
    int rounds = 0;
    try (Node host = Node.start(config(), Reception.handler(Delivery::close));
        TensorPool pool = TensorPool.open("soak", 64 * MEBIBYTE)) {
      for (long past = 0; past < nanos || late.isEmpty(); past = System.nanoTime() - begin) {
        round(host, pool, rounds++);
        Holdings now = Holdings.now(host.pool(), pool);
        if (past > nanos * 3 / 4) {
          late.add(now);
        } else if (past > nanos / 3 && past < nanos / 2) {
          early.add(now);
        }
      }
    }
    Holdings first = Holdings.typical(early);
    Holdings last = Holdings.typical(late);
    System.out.printf("soak: %d rounds, from %s to %s%n", rounds, first, last);
    assertThat(last.unaskedBytes()).isLessThanOrEqualTo(first.unaskedBytes() + GROWTH_BYTES);
    assertThat(last.descriptors()).isLessThanOrEqualTo(first.descriptors() + 10);
    assertThat(last.threads()).isLessThanOrEqualTo(first.threads() + 10);
    assertThat(last.poolBytes()).isZero();
  }

  private static void round(Node host, TensorPool pool, int round) throws Exception {
    List<Node> guests = new ArrayList<>();
    try (Crew crew = new Crew()) {
      for (int i = 0; i < GUESTS; i++) {
        Node guest = Node.start(config());
        guests.add(guest);
        Peer peer = guest.connect(host.endpoint(), SOON);
        long bytes = Long.remainderUnsigned((GUESTS * (long) round + i) * SPREAD, 4 * MEBIBYTE);
        crew.run(() -> deliver(peer, pool, bytes));
      }
      crew.join();
    } finally {
      guests.forEach(Node::close);
    }
  }

  private static void deliver(Peer peer, TensorPool pool, long bytes) throws Exception {
    try (Tensor tensor = Tensors.random(pool, bytes, bytes)) {
      for (int i = 0; i < 5; i++) {
        peer.deliver("soak", tensor, SendOptions.defaults().digest(Digest.CRC32C));
      }
    }
  }

  private static NodeConfig config() {
    return NodeConfig.of("lab", Identities.KEY)
        .listen(new Endpoint("127.0.0.1", 0))
        .finding(Finding.only());
  }
}
