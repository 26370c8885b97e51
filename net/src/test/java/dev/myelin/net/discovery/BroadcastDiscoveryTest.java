package dev.myelin.net.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.testkit.LeakCheck;
import dev.myelin.wire.asoc.AsocBeacon;
import java.lang.foreign.MemorySegment;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
@Timeout(60)
class BroadcastDiscoveryTest {
  private static final InstantSource CLOCK = InstantSource.system();

  private final BlockingQueue<String> problems = new LinkedBlockingQueue<>();
  private final Announced mine = Watch.node(9001);
  private final Announced theirs = Watch.node(9002);
  private int port;

  @BeforeEach
  void chooseAPort() throws Exception {
    port = Watch.freeUdpPort();
  }

  private Watch watch(Announced self) {
    AnnouncementFilter filter =
        AnnouncementFilter.of(self, CLOCK, Duration.ofSeconds(60), List.of());
    Beacons beacons = new Beacons(self, CLOCK, new Random(self.port()));
    return Watch.over(BroadcastDiscovery.of(self, port, filter, beacons, problems::add), problems);
  }

  @Test
  void letsTwoNodesOfOneHostFindEachOther() throws Exception {
    try (Watch first = watch(mine);
        Watch second = watch(theirs)) {
      Sighting ofTheirs = first.await(each -> each.id().equals(theirs.id().toString()));
      Sighting ofMine = second.await(each -> each.id().equals(mine.id().toString()));
      assertThat(ofTheirs.host()).isEqualTo("127.0.0.1");
      assertThat(ofTheirs.port()).isEqualTo(9002);
      assertThat(ofTheirs.source()).isEqualTo("broadcast");
      assertThat(ofMine.port()).isEqualTo(9001);
    }
    assertThat(problems).isEmpty();
  }

  @Test
  void answersALateComerLongBeforeItsNextBeat() throws Exception {
    try (DatagramChannel stock = stockNode();
        Watch first = watch(mine)) {
      for (int i = 0; i < 4; i++) {
        hear(stock); // The burst; the next beat is seconds away.
      }
      long asked = System.nanoTime();
      stock.send(ByteBuffer.wrap(beacon(theirs)), new InetSocketAddress("127.255.255.255", port));
      first.await(each -> each.id().equals(theirs.id().toString()));
      AsocBeacon answer = hear(stock);
      assertThat(answer.node()).isEqualTo(mine.id());
      assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(1));
    }
  }

  @Test
  void seesNothingOfAnotherCommunityAndSaysThatAKeyDiffers() throws Exception {
    try (Watch first = watch(mine);
        Watch _ = watch(Watch.node(9003, "town", "a key of sixteen."));
        Watch _ = watch(Watch.node(9004, "village", "another key"));
        Watch _ = watch(theirs)) {
      first.awaitProblem("signed with another key");
      assertThat(first.await(_ -> true).id()).isEqualTo(theirs.id().toString());
    }
  }

  @Test
  void tellsThatItsPortIsTakenAndGoesOnAnnouncing() throws Exception {
    try (DatagramSocket hog = new DatagramSocket(null)) {
      hog.bind(new InetSocketAddress("0.0.0.0", port));
      hog.setSoTimeout(10_000);
      try (Watch first = watch(mine)) {
        assertThat(first.awaitProblem("cannot be shared")).contains("UDP port " + port);
        java.net.DatagramPacket packet = new java.net.DatagramPacket(new byte[64], 64);
        hog.receive(packet);
        assertThat(packet.getLength()).isEqualTo(AsocBeacon.SIZE);
      }
    }
  }

  @Test
  void freesItsPortWhenItEnds() throws Exception {
    try (Watch first = watch(mine);
        Watch second = watch(theirs)) {
      first.await(each -> each.id().equals(theirs.id().toString()));
      second.await(each -> each.id().equals(mine.id().toString()));
    }
    try (DatagramSocket alone = new DatagramSocket(null)) {
      alone.setReuseAddress(false);
      alone.bind(new InetSocketAddress("0.0.0.0", port));
      assertThat(alone.isBound()).isTrue();
    }
  }

  /// Shares the port as Python's asyncio does: by SO_REUSEPORT alone.
  private DatagramChannel stockNode() throws Exception {
    DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET);
    channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
    channel.setOption(StandardSocketOptions.SO_BROADCAST, true);
    return channel.bind(new InetSocketAddress("0.0.0.0", port));
  }

  private static byte[] beacon(Announced node) {
    return new Beacons(node, CLOCK, new Random(1)).next().array();
  }

  private AsocBeacon hear(DatagramChannel stock) throws Exception {
    while (true) {
      ByteBuffer buffer = ByteBuffer.allocate(1024);
      stock.receive(buffer);
      AsocBeacon beacon =
          AsocBeacon.decode(
              MemorySegment.ofBuffer(buffer.flip()),
              AsocBeacon.communityHash(mine.community()),
              mine.key());
      if (!beacon.node().equals(theirs.id())) {
        return beacon;
      }
    }
  }
}
