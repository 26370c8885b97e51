package dev.myelin.net.discovery;

import dev.myelin.net.NodeConfig.Finding;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// Makes the sources a configuration asks for.
public final class Discoveries {
  private static final Duration FILE_POLL = Duration.ofSeconds(2);

  private Discoveries() {}

  /// Returns a source for each means, the fixed peers and the peers file; gossip is the node's own.
  ///
  /// @param self what is announced
  /// @param clock what announcements are stamped with and judged by
  /// @param problems told in words what does not work and what to do, once each, from any thread
  public static List<Discovery> from(
      Finding finding,
      Announced self,
      InstantSource clock,
      RandomGenerator random,
      Consumer<String> problems) {
    AnnouncementFilter filter =
        AnnouncementFilter.of(self, clock, AnnouncementFilter.DEFAULT_WINDOW, List.of());
    return from(finding, self, filter, new Beacons(self, clock, random), problems);
  }

  /// Returns the same with a filter of the caller's, who may read its counters.
  public static List<Discovery> from(
      Finding finding,
      Announced self,
      AnnouncementFilter filter,
      InstantSource clock,
      RandomGenerator random,
      Consumer<String> problems) {
    return from(finding, self, filter, new Beacons(self, clock, random), problems);
  }

  private static List<Discovery> from(
      Finding finding,
      Announced self,
      AnnouncementFilter filter,
      Beacons beacons,
      Consumer<String> problems) {
    List<Discovery> all = new ArrayList<>();
    Names names = Names.system();
    Duration interval = DnsDiscovery.DEFAULT_INTERVAL;
    if (!finding.peers().isEmpty()) {
      all.add(StaticDiscovery.of(finding.peers(), names, interval, problems));
    }
    finding
        .peersFile()
        .ifPresent(
            file -> all.add(PeersFileDiscovery.of(file, names, interval, FILE_POLL, problems)));
    int port = finding.broadcastPort();
    for (Finding.Means means : Finding.Means.values()) {
      if (finding.means().contains(means)) {
        switch (means) {
          case BROADCAST -> all.add(BroadcastDiscovery.of(self, port, filter, beacons, problems));
          case MULTICAST -> all.add(MulticastDiscovery.of(self, port, filter, beacons, problems));
          case MDNS -> all.add(MdnsDiscovery.of(self, problems));
          case GOSSIP -> {} // Told over connections, which are not known here.
        }
      }
    }
    return List.copyOf(all);
  }
}
