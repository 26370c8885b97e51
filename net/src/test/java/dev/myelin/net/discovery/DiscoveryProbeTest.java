package dev.myelin.net.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.net.NodeConfig;
import dev.myelin.net.NodeConfig.Finding.Means;
import dev.myelin.net.discovery.DiscoveryProbe.Finding;
import dev.myelin.net.discovery.DiscoveryProbe.Level;
import dev.myelin.testkit.LeakCheck;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LeakCheck.class)
@Timeout(60)
class DiscoveryProbeTest {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  @TempDir private Path folder;

  private static List<Finding> examine(NodeConfig.Finding finding) throws Exception {
    return examine(finding, PATIENCE, Names.system());
  }

  private static List<Finding> examine(NodeConfig.Finding finding, Duration patience, Names names)
      throws Exception {
    return DiscoveryProbe.of(finding, patience, new Random(1), names, Interfaces::isLoopback)
        .examine();
  }

  private static Finding named(String name, List<Finding> all) {
    return all.stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
  }

  private static NodeConfig.Finding on(int port, Means... means) {
    return new NodeConfig.Finding(Set.of(means), List.of(), Optional.empty(), port);
  }

  private static String loopback() throws Exception {
    return NetworkInterface.getByInetAddress(InetAddress.ofLiteral("127.0.0.1")).getName();
  }

  @Test
  void findsBroadcastAndMulticastOnLoopback() throws Exception {
    int port = Watch.freeUdpPort();
    List<Finding> all = examine(on(port, Means.BROADCAST, Means.MULTICAST));
    assertThat(named("UDP port " + port, all).level()).isEqualTo(Level.OK);
    Finding broadcast = named("broadcast on " + loopback(), all);
    assertThat(broadcast.tried()).contains("127.255.255.255:" + port, "it came back");
    assertThat(broadcast.level()).isEqualTo(Level.OK);
    Finding multicast = named("multicast IPv4 on " + loopback(), all);
    assertThat(multicast.tried()).contains("239.77.89.76", "it came back");
    assertThat(multicast.level()).isEqualTo(Level.OK);
  }

  @Test
  void namesAPortThatCannotBeShared() throws Exception {
    try (DatagramSocket hog = new DatagramSocket(null)) {
      hog.bind(new InetSocketAddress("0.0.0.0", 0));
      int port = hog.getLocalPort();
      List<Finding> all = examine(on(port, Means.BROADCAST));
      Finding taken = named("UDP port " + port, all);
      assertThat(taken.level()).isEqualTo(Level.FAIL);
      assertThat(taken.advice()).contains("end the program that holds it");
    }
  }

  @Test
  void sharesTheMdnsPort() throws Exception {
    List<Finding> all = examine(on(Watch.freeUdpPort(), Means.MDNS));
    assertThat(named("mDNS on " + loopback(), all).level()).isEqualTo(Level.OK);
    assertThat(all).noneMatch(each -> each.name().startsWith("broadcast"));
  }

  @Test
  void resolvesEveryNameOfListAndFile() throws Exception {
    Path file = folder.resolve("peers.conf");
    Files.writeString(file, "# ours\n192.0.2.1:9000\nnonsense\n");
    try (TinyDns dns = TinyDns.open()) {
      dns.addresses("good.example.org", "192.0.2.4");
      NodeConfig.Finding finding =
          new NodeConfig.Finding(
              Set.of(),
              List.of("good.example.org:9000", "srv:_no._tcp.example.org"),
              Optional.of(file),
              9999);
      Names names = Names.at("127.0.0.1", dns.port(), folder.resolve("resolv.conf"));
      List<Finding> all = examine(finding, PATIENCE, names);
      assertThat(named("peer good.example.org:9000", all).tried()).contains("192.0.2.4");
      assertThat(named("peer srv:_no._tcp.example.org", all).level()).isEqualTo(Level.FAIL);
      assertThat(named("peers file " + file, all).level()).isEqualTo(Level.OK);
      assertThat(named("peers file " + file + " line 2", all).level()).isEqualTo(Level.OK);
      assertThat(named("peers file " + file + " line 3", all).level()).isEqualTo(Level.FAIL);
      assertThat(all)
          .allSatisfy(
              each -> assertThat(each.advice().isEmpty()).isEqualTo(each.level() == Level.OK));
    }
  }

  @Test
  void saysThatANameServerIsSilent() throws Exception {
    try (TinyDns dns = TinyDns.open()) {
      dns.ignore("_silent._tcp.example.org");
      NodeConfig.Finding finding =
          new NodeConfig.Finding(
              Set.of(), List.of("srv:_silent._tcp.example.org"), Optional.empty(), 9999);
      Names names = Names.at("127.0.0.1", dns.port(), folder.resolve("resolv.conf"));
      List<Finding> all = examine(finding, Duration.ofMillis(100), names);
      assertThat(named("peer srv:_silent._tcp.example.org", all).tried())
          .isEqualTo("no answer within 100 ms");
    }
  }
}
