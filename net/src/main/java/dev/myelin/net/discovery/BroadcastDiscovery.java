package dev.myelin.net.discovery;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.DatagramChannel;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Announces to, and hears from, everybody in the IPv4 broadcast domain of every interface, as
/// stock ASoc nodes do.
///
/// Loopback is one of the interfaces, so the nodes of one host find each other without a network.
public final class BroadcastDiscovery implements Discovery {
  private static final InetAddress EVERYBODY = InetAddress.ofLiteral("255.255.255.255");

  private final Announced self;
  private final int port;
  private final AnnouncementFilter filter;
  private final Beacons beacons;
  private final Consumer<String> problems;

  private BroadcastDiscovery(
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

  static BroadcastDiscovery of(
      Announced self,
      int port,
      AnnouncementFilter filter,
      Beacons beacons,
      Consumer<String> problems) {
    return new BroadcastDiscovery(self, port, filter, beacons, problems);
  }

  @Override
  public String name() {
    return "broadcast";
  }

  @Override
  public void watch(Consumer<Sighting> seen) throws IOException, InterruptedException {
    Complaints complaints = new Complaints(name(), problems);
    AnnouncementLoop loop = new AnnouncementLoop(name(), beacons, filter, complaints, seen);
    try (Carrier carrier = new Air(loop::heard, complaints)) {
      loop.run(carrier);
    }
  }

  /// Broadcast as a carrier.
  private final class Air implements Carrier {
    private final Inlet.Ear ear;
    private final Complaints complaints;
    private @Nullable Inlet inlet;
    private @Nullable DatagramChannel sender;

    Air(Inlet.Ear ear, Complaints complaints) {
      this.ear = ear;
      this.complaints = complaints;
    }

    @Override
    public void refresh() throws IOException {
      if (inlet == null || !inlet.isAlive()) {
        listen();
      }
      InetAddress from = self.listen().getAddress();
      if (sender == null && (from.isAnyLocalAddress() || from instanceof Inet4Address)) {
        sender =
            SharedPort.sender(StandardProtocolFamily.INET, from.isAnyLocalAddress() ? null : from);
      }
    }

    private void listen() throws IOException {
      try {
        DatagramChannel channel = SharedPort.open(StandardProtocolFamily.INET, port);
        inlet = Inlet.open(name(), channel, ear, complaints);
        complaints.well("bind");
      } catch (ClosedByInterruptException e) {
        throw e;
      } catch (IOException e) {
        complaints.tell(
            "bind",
            "UDP port "
                + port
                + " cannot be shared, so announcements of others are not heard (end the program"
                + " that holds it, or choose another broadcast port everywhere)",
            e);
      }
    }

    @Override
    public void send(ByteBuffer datagram) throws IOException {
      if (sender == null) {
        complaints.tell(
            "family", "listens on IPv6 only, so broadcast, which is IPv4, cannot announce it");
        return;
      }
      int sent = 0;
      for (InetAddress target : targets()) {
        try {
          sender.send(datagram.duplicate(), new InetSocketAddress(target, port));
          complaints.well(target.getHostAddress());
          sent++;
        } catch (ClosedByInterruptException e) {
          throw e;
        } catch (IOException e) {
          // Without a default route there is no way to everybody, and none is needed.
          if (sent == 0 || !target.equals(EVERYBODY)) {
            String address = target.getHostAddress();
            complaints.tell(address, "cannot send to " + address, e);
          }
        }
      }
    }

    private Set<InetAddress> targets() throws IOException {
      Set<InetAddress> targets = new LinkedHashSet<>();
      boolean beyond = false;
      for (NetworkInterface each : Interfaces.leadingTo(self)) {
        for (InterfaceAddress own : each.getInterfaceAddresses()) {
          if (self.reachableAt(own.getAddress())) {
            Interfaces.broadcast(each, own).ifPresent(targets::add);
            beyond |= own.getAddress() instanceof Inet4Address && !Interfaces.isLoopback(each);
          }
        }
      }
      if (beyond) {
        // Stock nodes send here; some networks pass this one and not the directed ones.
        targets.add(EVERYBODY);
      }
      return targets;
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
}
