package dev.myelin.net.discovery;

import dev.myelin.wire.asoc.AsocBeacon;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.jmdns.JmDNS;
import javax.jmdns.ServiceEvent;
import javax.jmdns.ServiceInfo;
import javax.jmdns.ServiceListener;
import org.jspecify.annotations.Nullable;

/// Registers and browses a DNS service over multicast, RFC 6762 and 6763, so that the tools of a
/// network see the node too.
///
/// Nothing in it is signed: a sighting carries no time, and whoever acts on it learns by the
/// handshake who is there.
public final class MdnsDiscovery implements Discovery {
  /// The service type all nodes register.
  static final String TYPE = "_myelin._tcp.local.";

  private static final String VERSION = "1";
  private static final Duration BEAT = Duration.ofSeconds(10);
  // Enough for the first goodbye to leave; the library waits two to five seconds for the last.
  private static final Duration PATIENCE = Duration.ofMillis(200);

  private final Announced self;
  private final String community;
  private final Consumer<String> problems;

  private MdnsDiscovery(Announced self, Consumer<String> problems) {
    this.self = self;
    this.community = HexFormat.of().toHexDigits(AsocBeacon.communityHash(self.community()));
    this.problems = problems;
  }

  static MdnsDiscovery of(Announced self, Consumer<String> problems) {
    return new MdnsDiscovery(self, problems);
  }

  @Override
  public String name() {
    return "mdns";
  }

  @Override
  public void watch(Consumer<Sighting> seen) throws IOException, InterruptedException {
    Complaints complaints = new Complaints(name(), problems);
    CountDownLatch never = new CountDownLatch(1);
    Map<InetAddress, Station> stations = new HashMap<>();
    try {
      do {
        follow(stations, complaints, seen);
        stations.values().forEach(Station::repeat);
      } while (!never.await(BEAT.toNanos(), TimeUnit.NANOSECONDS));
    } finally {
      stations.values().forEach(Station::close);
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      for (Station station : stations.values()) {
        station.awaitEnd(deadline);
      }
    }
  }

  private void follow(
      Map<InetAddress, Station> stations, Complaints complaints, Consumer<Sighting> seen)
      throws IOException {
    Set<InetAddress> now = new HashSet<>();
    for (NetworkInterface each : Interfaces.leadingTo(self)) {
      if (Interfaces.carriesMulticast(each)) {
        Interfaces.address(each, Inet4Address.class, self)
            .or(() -> Interfaces.address(each, InetAddress.class, self))
            .ifPresent(now::add);
      }
    }
    for (Map.Entry<InetAddress, Station> each : Map.copyOf(stations).entrySet()) {
      if (!now.contains(each.getKey())) {
        each.getValue().close();
        stations.remove(each.getKey());
      }
    }
    for (InetAddress address : now) {
      Station old = stations.get(address);
      if (old == null || old.hasFailed()) {
        stations.put(address, new Station(address, complaints, seen).start());
      }
    }
  }

  private ServiceInfo service() {
    Map<String, String> text = new HashMap<>();
    text.put("id", self.id().toString());
    text.put("community", community);
    text.put("version", VERSION);
    return ServiceInfo.create(TYPE, "myelin-" + self.id(), self.port(), 0, 0, text);
  }

  /// The service on one address. Its threads are of the platform, for the library underneath sleeps
  /// and blocks in native code.
  private final class Station implements ServiceListener {
    private final InetAddress address;
    private final Complaints complaints;
    private final Consumer<Sighting> seen;
    private final Thread starter;
    // The following are guarded by this.
    private final Map<String, List<Sighting>> known = new HashMap<>();
    private @Nullable JmDNS jmdns;
    private @Nullable Thread closer;
    private boolean closed;
    private boolean failed;

    Station(InetAddress address, Complaints complaints, Consumer<Sighting> seen) {
      this.address = address;
      this.complaints = complaints;
      this.seen = seen;
      this.starter =
          Thread.ofPlatform().daemon().name("my-discovery-mdns-start").unstarted(this::open);
    }

    Station start() {
      starter.start();
      return this;
    }

    private void open() {
      try {
        // The name would be looked up otherwise, which may take seconds.
        JmDNS opened = JmDNS.create(address, "myelin-" + self.id());
        if (!take(opened)) {
          opened.close();
          return;
        }
        opened.addServiceListener(TYPE, this);
        opened.registerService(service());
        complaints.well(address.getHostAddress());
      } catch (IOException | RuntimeException e) {
        fail(e);
      }
    }

    private synchronized boolean take(JmDNS opened) {
      if (!closed) {
        jmdns = opened;
      }
      return !closed;
    }

    private synchronized void fail(Exception e) {
      if (!closed) {
        failed = true;
        complaints.tell(
            address.getHostAddress(),
            "does not work on " + address.getHostAddress() + " (UDP port 5353, group 224.0.0.251)",
            e);
        close();
      }
    }

    synchronized boolean hasFailed() {
      return failed;
    }

    void repeat() {
      List<Sighting> all = new ArrayList<>();
      synchronized (this) {
        known.values().forEach(all::addAll);
      }
      all.forEach(seen);
    }

    @Override
    public void serviceAdded(ServiceEvent event) {
      event.getDNS().requestServiceInfo(event.getType(), event.getName(), true, 1);
    }

    @Override
    public void serviceRemoved(ServiceEvent event) {
      synchronized (this) {
        known.remove(event.getName());
      }
    }

    @Override
    public void serviceResolved(ServiceEvent event) {
      List<Sighting> sightings = sightings(event.getInfo());
      synchronized (this) {
        if (closed || sightings.isEmpty() || known.size() >= AnnouncementFilter.ADDRESSES) {
          return;
        }
        if (sightings.equals(known.put(event.getName(), sightings))) {
          return; // The library tells each several times.
        }
      }
      sightings.forEach(seen);
    }

    private List<Sighting> sightings(ServiceInfo info) {
      String id = info.getPropertyString("id");
      if (id == null
          || !community.equals(info.getPropertyString("community"))
          || info.getPort() < 1
          || info.getPort() > 65_535) {
        return List.of();
      }
      try {
        if (UUID.fromString(id).equals(self.id())) {
          return List.of();
        }
      } catch (IllegalArgumentException _) {
        return List.of(); // Not one of us.
      }
      List<Sighting> sightings = new ArrayList<>();
      for (InetAddress each : info.getInetAddresses()) {
        sightings.add(new Sighting(id, each.getHostAddress(), info.getPort(), name(), 0));
      }
      return sightings;
    }

    /// Says goodbye and closes, in a thread of its own: the library takes seconds over it.
    synchronized void close() {
      closed = true;
      JmDNS mine = jmdns;
      if (mine != null && closer == null) {
        closer =
            Thread.ofPlatform()
                .daemon()
                .name("my-discovery-mdns-stop")
                .start(
                    () -> {
                      try {
                        mine.close();
                      } catch (IOException e) {
                        complaints.tell("close", "did not close cleanly", e);
                      }
                    });
      }
    }

    void awaitEnd(long deadlineNanos) {
      Thread waited;
      synchronized (this) {
        waited = closer;
      }
      long left = deadlineNanos - System.nanoTime();
      if (waited == null || left <= 0) {
        return;
      }
      try {
        waited.join(Duration.ofNanos(left));
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt(); // The thread is a daemon and ends by itself.
      }
    }
  }
}
