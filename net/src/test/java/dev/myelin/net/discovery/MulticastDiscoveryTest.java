package dev.myelin.net.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.testkit.LeakCheck;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
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
class MulticastDiscoveryTest {
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
    return Watch.over(MulticastDiscovery.of(self, port, filter, beacons, problems::add), problems);
  }

  @Test
  void letsTwoNodesOfOneHostFindEachOther() throws Exception {
    try (Watch first = watch(mine);
        Watch second = watch(theirs)) {
      Sighting ofTheirs = first.await(each -> each.id().equals(theirs.id().toString()));
      Sighting ofMine = second.await(each -> each.id().equals(mine.id().toString()));
      assertThat(ofTheirs.host()).isEqualTo("127.0.0.1");
      assertThat(ofTheirs.port()).isEqualTo(9002);
      assertThat(ofTheirs.source()).isEqualTo("multicast");
      assertThat(ofMine.port()).isEqualTo(9001);
    }
  }

  @Test
  void announcesToTheGroupOnTheInterfaceOfItsAddress() throws Exception {
    NetworkInterface loopback = NetworkInterface.getByInetAddress(mine.listen().getAddress());
    try (DatagramChannel ear = DatagramChannel.open(StandardProtocolFamily.INET)) {
      ear.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      ear.setOption(StandardSocketOptions.SO_REUSEPORT, true);
      ear.bind(new InetSocketAddress(MulticastDiscovery.GROUP_V4, port));
      ear.join(MulticastDiscovery.GROUP_V4, loopback);
      try (Watch _ = watch(mine)) {
        ByteBuffer datagram = ByteBuffer.allocate(100);
        InetSocketAddress from = (InetSocketAddress) ear.receive(datagram);
        assertThat(datagram.position()).isEqualTo(50);
        assertThat(from.getAddress()).isEqualTo(mine.listen().getAddress());
      }
    }
  }

  @Test
  void freesItsPortWhenItEnds() throws Exception {
    try (Watch first = watch(mine);
        Watch _ = watch(theirs)) {
      first.await(each -> each.id().equals(theirs.id().toString()));
    }
    try (DatagramSocket alone = new DatagramSocket(null)) {
      alone.setReuseAddress(false);
      alone.bind(new InetSocketAddress("0.0.0.0", port));
      assertThat(alone.isBound()).isTrue();
    }
  }
}
