package dev.myelin.net.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.testkit.DatagramEffect;
import dev.myelin.testkit.DatagramProxy;
import dev.myelin.testkit.LeakCheck;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// Announcements arrive in another order, twice, garbled or cut: nodes are seen, and never others.
@ExtendWith(LeakCheck.class)
@Timeout(60)
class HarmedAnnouncementsTest {
  private static final InstantSource CLOCK = InstantSource.system();
  private static final int NODES = 24;

  private final List<Announced> nodes =
      IntStream.range(0, NODES).mapToObj(i -> Watch.node(9100 + i)).toList();

  @Test
  void seesAllNodesWhateverTheOrder() throws Exception {
    requireAllSeen(new DatagramEffect.Reorder(NODES / 3));
  }

  @Test
  void seesAllNodesThatAnnounceThemselvesManyTimes() throws Exception {
    requireAllSeen(new DatagramEffect.Repeat(3));
  }

  @Test
  void seesNobodyInWhatWasGarbledOrCut() throws Exception {
    int port = Watch.freeUdpPort();
    try (DatagramProxy proxy = proxy(port);
        Watch watch = watch(port)) {
      requireAllSeen(proxy, watch);
      proxy.apply(new DatagramEffect.FlipBit());
      announceUntil(proxy, () -> proxy.harmsBy(DatagramEffect.FlipBit.class) >= NODES);
      proxy.apply(new DatagramEffect.Shorten());
      announceUntil(proxy, () -> proxy.harmsBy(DatagramEffect.Shorten.class) >= NODES);
      proxy.apply(DatagramEffect.clear());
      requireOnlyNodes(watch.seen);
    }
  }

  private void requireAllSeen(DatagramEffect effect) throws Exception {
    int port = Watch.freeUdpPort();
    try (DatagramProxy proxy = proxy(port);
        Watch watch = watch(port)) {
      proxy.apply(effect);
      requireAllSeen(proxy, watch);
      assertThat(proxy.harmsBy(effect.getClass())).isPositive();
    }
  }

  private void requireAllSeen(DatagramProxy proxy, Watch watch) throws Exception {
    Set<Integer> seen = new HashSet<>();
    announceUntil(
        proxy,
        () -> {
          for (Sighting each = watch.seen.poll(); each != null; each = watch.seen.poll()) {
            seen.add(each.port());
          }
          return seen.size() >= NODES;
        });
    assertThat(seen).isEqualTo(Set.copyOf(nodes.stream().map(Announced::port).toList()));
  }

  private void requireOnlyNodes(Iterable<Sighting> seen) {
    Map<String, Integer> known =
        nodes.stream().collect(Collectors.toMap(each -> each.id().toString(), Announced::port));
    assertThat(seen).allSatisfy(each -> assertThat(known).containsEntry(each.id(), each.port()));
  }

  @FunctionalInterface
  private interface Question {
    boolean holds();
  }

  /// Announces all nodes until something holds: whoever listens may not have begun yet.
  private void announceUntil(DatagramProxy proxy, Question question) throws IOException {
    InetSocketAddress to = new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port());
    try (DatagramSocket socket = new DatagramSocket()) {
      while (!question.holds()) {
        for (Announced each : nodes) {
          byte[] beacon = new Beacons(each, CLOCK, new Random(each.port())).next().array();
          socket.send(new DatagramPacket(beacon, beacon.length, to));
        }
        LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
      }
    }
  }

  private static DatagramProxy proxy(int port) throws IOException {
    return DatagramProxy.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5);
  }

  private static Watch watch(int port) {
    Announced self = Watch.node(9001);
    AnnouncementFilter filter =
        AnnouncementFilter.of(self, CLOCK, Duration.ofSeconds(60), List.of());
    Beacons beacons = new Beacons(self, CLOCK, new Random(1));
    LinkedBlockingQueue<String> problems = new LinkedBlockingQueue<>();
    return Watch.over(BroadcastDiscovery.of(self, port, filter, beacons, problems::add), problems);
  }
}
