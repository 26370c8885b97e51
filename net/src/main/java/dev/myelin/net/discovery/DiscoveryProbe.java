package dev.myelin.net.discovery;

import dev.myelin.net.NodeConfig;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Tries each means of finding peers on this machine and says in words what works.
///
/// What it sends are datagrams of a size that no node takes for an announcement.
public final class DiscoveryProbe {
  private static final int MDNS_PORT = 5353;
  private static final InetAddress MDNS_GROUP = InetAddress.ofLiteral("224.0.0.251");
  private static final String FIREWALL =
      "let UDP port %d in and out on %s in this machine's firewall, or name the peers with --peers";

  private final NodeConfig.Finding finding;
  private final Duration patience;
  private final RandomGenerator random;
  private final Names names;
  private final Predicate<NetworkInterface> chosen;

  private DiscoveryProbe(
      NodeConfig.Finding finding,
      Duration patience,
      RandomGenerator random,
      Names names,
      Predicate<NetworkInterface> chosen) {
    this.finding = finding;
    this.patience = patience;
    this.random = random;
    this.names = names;
    this.chosen = chosen;
  }

  /// Returns a probe of what a node would use.
  ///
  /// @param patience how long to wait for each datagram, and for all names together
  public static DiscoveryProbe of(
      NodeConfig.Finding finding, Duration patience, RandomGenerator random) {
    return of(finding, patience, random, Names.system(), _ -> true);
  }

  static DiscoveryProbe of(
      NodeConfig.Finding finding,
      Duration patience,
      RandomGenerator random,
      Names names,
      Predicate<NetworkInterface> chosen) {
    return new DiscoveryProbe(
        Objects.requireNonNull(finding, "finding"),
        Objects.requireNonNull(patience, "patience"),
        Objects.requireNonNull(random, "random"),
        names,
        chosen);
  }

  /// How a trial ended.
  public enum Level {
    /// It works.
    OK,
    /// It does not, and something else may serve instead.
    WARN,
    /// It does not, and what was asked for needs it.
    FAIL
  }

  /// What one trial showed.
  ///
  /// @param name what was examined: `broadcast on eth0`
  /// @param tried what was done and what came of it
  /// @param advice what to do; empty where all is well
  public record Finding(String name, Level level, String tried, String advice) {}

  /// Returns what every trial showed, in the order of the means.
  ///
  /// Waits at most the patience for each interface and group, and once for all names; an interrupt
  /// ends it.
  public List<Finding> examine() throws InterruptedException {
    List<Finding> all = new ArrayList<>();
    Set<NodeConfig.Finding.Means> means = finding.means();
    boolean broadcast = means.contains(NodeConfig.Finding.Means.BROADCAST);
    boolean multicast = means.contains(NodeConfig.Finding.Means.MULTICAST);
    if (broadcast || multicast) {
      all.add(port());
    }
    for (NetworkInterface each : interfaces(all)) {
      if (broadcast) {
        broadcast(each, all);
      }
      if (multicast && Interfaces.carriesMulticast(each)) {
        multicast(each, all);
      }
      if (means.contains(NodeConfig.Finding.Means.MDNS) && Interfaces.carriesMulticast(each)) {
        mdns(each, all);
      }
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
    names(all);
    return List.copyOf(all);
  }

  private Finding port() {
    int port = finding.broadcastPort();
    String name = "UDP port " + port;
    try (DatagramChannel _ = SharedPort.open(StandardProtocolFamily.INET, port)) {
      return ok(name, "opened it, shared");
    } catch (IOException e) {
      return new Finding(
          name,
          Level.FAIL,
          "could not open it: " + text(e),
          "end the program that holds it without sharing, or set another broadcast port on every"
              + " node");
    }
  }

  private List<NetworkInterface> interfaces(List<Finding> all) {
    try {
      return Interfaces.up().stream().filter(chosen).toList();
    } catch (IOException e) {
      all.add(
          new Finding(
              "interfaces", Level.FAIL, "could not list them: " + text(e), "see the system log"));
      return List.of();
    }
  }

  private void broadcast(NetworkInterface at, List<Finding> all) {
    int port = finding.broadcastPort();
    for (InterfaceAddress address : at.getInterfaceAddresses()) {
      InetAddress target = Interfaces.broadcast(at, address).orElse(null);
      if (target == null) {
        continue;
      }
      String name = "broadcast on " + at.getName();
      String tried = "sent a datagram to " + target.getHostAddress() + ":" + port;
      try (DatagramChannel ear = SharedPort.open(StandardProtocolFamily.INET, port);
          DatagramChannel mouth =
              SharedPort.sender(StandardProtocolFamily.INET, address.getAddress())) {
        all.add(judge(name, tried, returns(ear, mouth, new InetSocketAddress(target, port)), at));
      } catch (IOException e) {
        all.add(failed(name, tried, e, at));
      }
    }
  }

  private void multicast(NetworkInterface at, List<Finding> all) {
    if (Interfaces.hasIpv4(at)) {
      all.add(group(at, StandardProtocolFamily.INET, MulticastDiscovery.GROUP_V4));
    }
    if (Interfaces.hasIpv6(at) && !Interfaces.isLoopback(at)) {
      all.add(group(at, StandardProtocolFamily.INET6, MulticastDiscovery.GROUP_V6));
    }
  }

  private Finding group(NetworkInterface at, ProtocolFamily family, InetAddress group) {
    int port = finding.broadcastPort();
    String name =
        "multicast " + (group instanceof Inet4Address ? "IPv4" : "IPv6") + " on " + at.getName();
    String tried = "joined " + group.getHostAddress() + " and sent a datagram to port " + port;
    try (DatagramChannel ear = SharedPort.open(family, port);
        DatagramChannel mouth = SharedPort.sender(family, null)) {
      ear.join(group, at);
      mouth.setOption(StandardSocketOptions.IP_MULTICAST_IF, at);
      return judge(name, tried, returns(ear, mouth, new InetSocketAddress(group, port)), at);
    } catch (IOException | RuntimeException e) {
      return failed(name, tried, e, at);
    }
  }

  private static void mdns(NetworkInterface at, List<Finding> all) {
    if (!Interfaces.hasIpv4(at)) {
      return;
    }
    String name = "mDNS on " + at.getName();
    try (DatagramChannel ear = SharedPort.open(StandardProtocolFamily.INET, MDNS_PORT)) {
      ear.join(MDNS_GROUP, at);
      all.add(ok(name, "opened UDP port 5353, shared, and joined 224.0.0.251"));
    } catch (IOException | RuntimeException e) {
      all.add(
          new Finding(
              name,
              Level.WARN,
              "could not open UDP port 5353 and join 224.0.0.251: " + text(e),
              "let the mDNS service of this machine share its port, or rely on other means"));
    }
  }

  /// Returns whether a datagram with a mark of its own came back.
  private boolean returns(DatagramChannel ear, DatagramChannel mouth, InetSocketAddress target)
      throws IOException {
    long mark = random.nextLong();
    ByteBuffer sent = ByteBuffer.allocate(Long.BYTES).putLong(mark).flip();
    ear.configureBlocking(false);
    try (Selector selector = Selector.open()) {
      ear.register(selector, SelectionKey.OP_READ);
      mouth.send(sent, target);
      long deadline = System.nanoTime() + patience.toNanos();
      ByteBuffer heard = ByteBuffer.allocate(64);
      while (!Thread.currentThread().isInterrupted()) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0 || selector.select(left) == 0) {
          return false;
        }
        selector.selectedKeys().clear();
        heard.clear();
        ear.receive(heard);
        if (heard.flip().remaining() == Long.BYTES && heard.getLong() == mark) {
          return true;
        }
      }
      return false;
    }
  }

  private Finding judge(String name, String tried, boolean returned, NetworkInterface at) {
    return returned
        ? ok(name, tried + ", and it came back")
        : new Finding(
            name,
            Level.WARN,
            tried + ", and it did not come back within " + patience.toMillis() + " ms",
            FIREWALL.formatted(finding.broadcastPort(), at.getName()));
  }

  private Finding failed(String name, String tried, Exception e, NetworkInterface at) {
    return new Finding(
        name,
        Level.WARN,
        tried + ", which failed: " + text(e),
        FIREWALL.formatted(finding.broadcastPort(), at.getName()));
  }

  private void names(List<Finding> all) throws InterruptedException {
    List<Wanted> wanted = new ArrayList<>();
    for (String text : finding.peers()) {
      want("peer " + text, text, wanted, all);
    }
    finding.peersFile().ifPresent(file -> read(file, wanted, all));
    BlockingQueue<Resolved> answers = new LinkedBlockingQueue<>();
    for (Wanted each : wanted) {
      // Platform threads: the system's resolver blocks, and cannot be interrupted.
      Thread.ofPlatform()
          .daemon()
          .name("my-discovery-probe")
          .start(() -> answers.add(new Resolved(each, resolve(each))));
    }
    long deadline = System.nanoTime() + patience.toNanos();
    Set<Wanted> open = new LinkedHashSet<>(wanted);
    while (!open.isEmpty()) {
      @Nullable Resolved one = answers.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (one == null) {
        break;
      }
      open.remove(one.wanted());
      all.add(one.finding());
    }
    for (Wanted each : open) {
      all.add(
          new Finding(
              each.name(),
              Level.FAIL,
              "no answer within " + patience.toMillis() + " ms",
              "check that the name servers of this machine answer"));
    }
  }

  private static void want(String name, String text, List<Wanted> wanted, List<Finding> all) {
    try {
      wanted.add(new Wanted(name, PeerText.parse(text)));
    } catch (IllegalArgumentException e) {
      all.add(new Finding(name, Level.FAIL, text(e), "correct it"));
    }
  }

  private static void read(Path file, List<Wanted> wanted, List<Finding> all) {
    String name = "peers file " + file;
    try {
      List<String> lines = Files.readAllLines(file);
      for (int i = 0; i < lines.size(); i++) {
        String text = lines.get(i).replaceFirst("#.*", "").strip();
        if (!text.isEmpty()) {
          want(name + " line " + (i + 1), text, wanted, all);
        }
      }
      all.add(ok(name, "read it"));
    } catch (IOException e) {
      all.add(
          new Finding(
              name,
              Level.WARN,
              "could not read it: " + text(e),
              "create it, or let this user read it; a running node takes it as soon as it is"
                  + " there"));
    }
  }

  private Finding resolve(Wanted wanted) {
    try {
      return switch (wanted.peer()) {
        case PeerText.Literal literal -> ok(wanted.name(), literal.host() + " is an address");
        case PeerText.Name name -> ok(wanted.name(), name.host() + " is " + addresses(name.host()));
        case PeerText.Service service ->
            ok(wanted.name(), "SRV " + service.name() + " is " + names.service(service.name()));
      };
    } catch (IOException | RuntimeException e) {
      return new Finding(
          wanted.name(),
          Level.FAIL,
          "could not resolve it: " + text(e),
          "check the spelling, the name servers and the search domains; give an address instead if"
              + " there is no DNS");
    }
  }

  private String addresses(String host) throws IOException {
    return String.join(
        ", ", names.addresses(host).stream().map(InetAddress::getHostAddress).toList());
  }

  private static Finding ok(String name, String tried) {
    return new Finding(name, Level.OK, tried, "");
  }

  private static String text(Exception e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private record Wanted(String name, PeerText peer) {}

  private record Resolved(Wanted wanted, Finding finding) {}
}
