package dev.myelin.net.discovery;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.DatagramChannel;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Announces to, and hears from, one IPv4 and one IPv6 multicast group on every interface.
///
/// The datagrams are those of broadcast; groups also reach where broadcast is filtered or, as in
/// IPv6, does not exist.
public final class MulticastDiscovery implements Discovery {
  /// The IPv4 group, administratively scoped (RFC 2365).
  static final InetAddress GROUP_V4 = InetAddress.ofLiteral("239.77.89.76");

  /// The IPv6 group: transient, link-local (RFC 4291).
  static final InetAddress GROUP_V6 = InetAddress.ofLiteral("ff12::4d59:454c");

  private final Announced self;
  private final int port;
  private final AnnouncementFilter filter;
  private final Beacons beacons;
  private final Consumer<String> problems;

  private MulticastDiscovery(
      Announced self,
      int port,
      AnnouncementFilter filter,
      Beacons beacons,
      Consumer<String> problems) {
    this.self = self;
    this.port = port;
    this.filter = filter;
    this.beacons = beacons;
    this.problems = problems;
  }

  static MulticastDiscovery of(
      Announced self,
      int port,
      AnnouncementFilter filter,
      Beacons beacons,
      Consumer<String> problems) {
    return new MulticastDiscovery(self, port, filter, beacons, problems);
  }

  @Override
  public String name() {
    return "multicast";
  }

  @Override
  public void watch(Consumer<Sighting> seen) throws IOException, InterruptedException {
    Complaints complaints = new Complaints(name(), problems);
    AnnouncementLoop loop = new AnnouncementLoop(name(), beacons, filter, complaints, seen);
    try (Carrier v4 =
            new Group(GROUP_V4, StandardProtocolFamily.INET, Inet4Address.class, loop, complaints);
        Carrier v6 =
            new Group(
                GROUP_V6, StandardProtocolFamily.INET6, Inet6Address.class, loop, complaints)) {
      loop.run(new Both(v4, v6));
    }
  }

  /// Two carriers as one; owns neither.
  private record Both(Carrier first, Carrier second) implements Carrier {
    @Override
    public void refresh() throws IOException {
      first.refresh();
      second.refresh();
    }

    @Override
    public void send(ByteBuffer datagram) throws IOException {
      first.send(datagram);
      second.send(datagram);
    }

    @Override
    public void close() {}
  }

  /// One group as a carrier.
  private final class Group implements Carrier {
    private final InetAddress group;
    private final ProtocolFamily family;
    private final Class<? extends InetAddress> addresses;
    private final AnnouncementLoop loop;
    private final Complaints complaints;
    private final Set<Joined> joined = new HashSet<>();
    private List<NetworkInterface> outward = List.of();
    private @Nullable Inlet inlet;
    private @Nullable DatagramChannel sender;

    Group(
        InetAddress group,
        ProtocolFamily family,
        Class<? extends InetAddress> addresses,
        AnnouncementLoop loop,
        Complaints complaints) {
      this.group = group;
      this.family = family;
      this.addresses = addresses;
      this.loop = loop;
      this.complaints = complaints;
    }

    @Override
    public void refresh() throws IOException {
      List<NetworkInterface> carrying =
          Interfaces.up().stream()
              .filter(Interfaces::carriesMulticast)
              .filter(each -> each.inetAddresses().anyMatch(addresses::isInstance))
              .toList();
      outward =
          carrying.stream()
              .filter(each -> Interfaces.address(each, addresses, self).isPresent())
              .toList();
      if (carrying.isEmpty()) {
        return; // As on hosts without IPv6, which must not even open its sockets.
      }
      listen(carrying);
      InetAddress from = self.listen().getAddress();
      if ((sender == null || !sender.isOpen()) && !outward.isEmpty()) {
        sender = SharedPort.sender(family, from.isAnyLocalAddress() ? null : from);
      }
    }

    private void listen(List<NetworkInterface> carrying) throws IOException {
      Inlet open = inlet;
      try {
        if (open == null || !open.isAlive()) {
          joined.clear();
          open = Inlet.open(name(), SharedPort.open(family, port), loop::heard, complaints);
          inlet = open;
        }
        complaints.well("bind " + family);
      } catch (IOException e) {
        complaints.tell(
            "bind " + family,
            "UDP port "
                + port
                + " cannot be shared, so announcements to "
                + group.getHostAddress()
                + " are not heard (end the program that holds it, or choose another broadcast port"
                + " everywhere)",
            e);
        return;
      }
      Set<Joined> now = new HashSet<>();
      for (NetworkInterface each : carrying) {
        Joined one = new Joined(each.getName(), each.getIndex());
        if (joined.contains(one) || join(open.channel(), each)) {
          now.add(one);
        }
      }
      joined.retainAll(now);
      joined.addAll(now);
    }

    private boolean join(DatagramChannel channel, NetworkInterface at) {
      try {
        channel.join(group, at);
        return true;
      } catch (IOException | RuntimeException e) {
        if (!Interfaces.isLoopback(at) || family == StandardProtocolFamily.INET) {
          complaints.tell(
              "join " + group + at.getName(),
              "cannot join " + group.getHostAddress() + " on " + at.getName(),
              e);
        }
        return false;
      }
    }

    @Override
    public void send(ByteBuffer datagram) throws IOException {
      if (sender == null) {
        return;
      }
      for (NetworkInterface each : outward) {
        String subject = "send " + group + each.getName();
        try {
          sender.setOption(StandardSocketOptions.IP_MULTICAST_IF, each);
          sender.send(datagram.duplicate(), new InetSocketAddress(group, port));
          complaints.well(subject);
        } catch (ClosedByInterruptException e) {
          throw e;
        } catch (IOException e) {
          // Linux has no IPv6 multicast on loopback; the IPv4 group serves there.
          if (!Interfaces.isLoopback(each) || family == StandardProtocolFamily.INET) {
            String to = group.getHostAddress() + " on " + each.getName();
            complaints.tell(subject, "cannot send to " + to, e);
          }
        }
      }
    }

    @Override
    public void close() throws IOException {
      try {
        if (inlet != null) {
          inlet.close();
        }
      } finally {
        if (sender != null) {
          sender.close();
        }
      }
    }
  }

  private record Joined(String name, int index) {}
}
