package dev.myelin.it;

import dev.myelin.it.Cast.Role;
import dev.myelin.testkit.FaultProxy;
import dev.myelin.testkit.FaultProxy.Direction;
import dev.myelin.testkit.LinkEffect;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/// Where the four actors play, and the harm that can be done to the links there.
interface Stage extends Trio.Ground {
  /// How long to wait before looking for harm again.
  long LOOK_NANOS = 5_000_000;

  /// Returns what is on this stage, in a word.
  String title();

  /// Returns what an actor of that part is told besides who and where it is.
  Map<String, Object> part(Role role);

  /// Returns whether the actors find each other through [Role#IDLE] alone.
  default boolean gossips() {
    return false;
  }

  /// Returns whether the receiver stores what it receives into its disk.
  default boolean stores() {
    return false;
  }

  /// Returns whether the actors share memory.
  default boolean shares() {
    return false;
  }

  /// Returns whether that harm can be done to that role here.
  boolean knows(Role victim, Harm harm);

  /// Waits until harm to links has happened.
  default void awaitHarm(Harm harm) throws IOException, InterruptedException {}

  /// Does harm to the links of that role from now on.
  default void harm(Role victim, Harm harm) throws IOException, InterruptedException {
    throw new IllegalStateException(title() + " does no harm to links");
  }

  /// Ends all harm to links.
  default void heal() throws IOException, InterruptedException {}

  /// Returns the kinds of reader threads, so that every pair of roles has both.
  static String threads(Role role, boolean swapped) {
    boolean platform = role == Role.SENDER || role == Role.IDLE;
    return platform == swapped ? "VIRTUAL" : "PLATFORM";
  }

  /// Hosts in network namespaces, found by gossip; the receiver stores into its disk.
  record Hosts(Namespaces spaces) implements Stage {
    static Hosts open() throws IOException, InterruptedException {
      return new Hosts(Namespaces.open(Role.values().length));
    }

    @Override
    public String title() {
      return "hosts";
    }

    @Override
    public Map<String, Object> part(Role role) {
      return Map.of(
          "gossip", true, "threads", threads(role, false), "store", role == Role.RECEIVER);
    }

    @Override
    public boolean gossips() {
      return true;
    }

    @Override
    public boolean stores() {
      return true;
    }

    @Override
    public List<String> prefix(int which) {
      return spaces.prefix(which);
    }

    @Override
    public String host(int which) {
      return spaces.host(which);
    }

    @Override
    public boolean knows(Role victim, Harm harm) {
      return harm != Harm.RESET && harm != Harm.SLOW_READER;
    }

    @Override
    public void harm(Role victim, Harm harm) throws IOException, InterruptedException {
      switch (harm) {
        case LINK_DOWN -> spaces.dropLink(victim.number());
        case MUTE -> spaces.mute(victim.number());
        case DEAF -> spaces.deafen(victim.number());
        default -> throw new IllegalStateException(harm + " is no harm to a host's link");
      }
    }

    @Override
    public void awaitHarm(Harm harm) throws IOException, InterruptedException {
      while ((harm == Harm.MUTE || harm == Harm.DEAF) && spaces.lost() == 0) {
        LockSupport.parkNanos(LOOK_NANOS);
      }
    }

    @Override
    public void heal() throws IOException, InterruptedException {
      for (Role each : Role.values()) {
        spaces.restoreLink(each.number());
      }
      spaces.hearAll();
    }

    @Override
    public void close() throws IOException {
      spaces.close();
    }
  }

  /// One host, every link of which goes through a proxy, over TLS or in clear.
  final class Proxied implements Stage {
    // Inside the second data frame of a large tensor, and inside any frame of a quiet link.
    private static final long RESET_BUSY = 100_003;
    private static final long RESET_QUIET = 5;
    private static final long SLOW_BYTES_PER_SECOND = 300_000;

    private record Way(Role from, Role to) {
      boolean touches(Role role) {
        return from == role || to == role;
      }
    }

    private final boolean plain;
    private final Map<Way, FaultProxy> proxies = new LinkedHashMap<>();
    private long harmsBefore;

    Proxied(boolean plain) {
      this.plain = plain;
    }

    @Override
    public String title() {
      return plain ? "proxied, in clear" : "proxied";
    }

    @Override
    public Map<String, Object> part(Role role) {
      return Map.of("threads", threads(role, true), "plain", plain);
    }

    @Override
    public String route(int from, int to, int port) throws IOException {
      Way way = new Way(Role.of(from), Role.of(to));
      FaultProxy proxy = proxies.get(way);
      if (proxy == null) {
        proxy =
            FaultProxy.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 10L * from + to);
        proxies.put(way, proxy);
      }
      return "127.0.0.1:" + proxy.port();
    }

    @Override
    public boolean knows(Role victim, Harm harm) {
      return harm == Harm.RESET || harm == Harm.SLOW_READER;
    }

    @Override
    public void harm(Role victim, Harm harm) {
      harmsBefore = harms(harm);
      for (Map.Entry<Way, FaultProxy> each : proxies.entrySet()) {
        if (each.getKey().touches(victim)) {
          harm(each.getKey(), each.getValue(), victim, harm);
        }
      }
    }

    @Override
    public void awaitHarm(Harm harm) {
      while ((harm == Harm.RESET || harm == Harm.SLOW_READER) && harms(harm) == harmsBefore) {
        LockSupport.parkNanos(LOOK_NANOS);
      }
    }

    private static void harm(Way way, FaultProxy proxy, Role victim, Harm harm) {
      Direction data = Direction.TO_TARGET; // senders dial those they send to
      if (harm == Harm.RESET) {
        boolean busy = way.from() == Role.SENDER && way.to() == Role.RECEIVER;
        proxy.apply(data, new LinkEffect.Reset(busy ? RESET_BUSY : RESET_QUIET));
      } else {
        Direction towards = way.to() == victim ? Direction.TO_TARGET : Direction.TO_DIALLER;
        proxy.apply(towards, new LinkEffect.Throttle(SLOW_BYTES_PER_SECOND));
      }
    }

    private long harms(Harm harm) {
      Class<? extends LinkEffect> kind =
          harm == Harm.RESET ? LinkEffect.Reset.class : LinkEffect.Throttle.class;
      return proxies.values().stream().mapToLong(proxy -> proxy.harmsBy(kind)).sum();
    }

    @Override
    public void heal() {
      proxies.values().forEach(FaultProxy::heal);
    }

    @Override
    public void close() throws IOException {
      for (FaultProxy proxy : proxies.values()) {
        proxy.close();
      }
    }
  }

  /// One host, whose processes share memory; large tensors are given without a copy.
  record Neighbours() implements Stage {
    @Override
    public String title() {
      return "shared memory";
    }

    @Override
    public Map<String, Object> part(Role role) {
      return Map.of("threads", "PLATFORM", "shared", true);
    }

    @Override
    public boolean shares() {
      return true;
    }

    @Override
    public boolean knows(Role victim, Harm harm) {
      return harm == Harm.KILL
          || harm == Harm.STOP
          || (harm == Harm.SLOW_READER && victim == Role.RECEIVER);
    }

    @Override
    public void harm(Role victim, Harm harm) {
      // A slow reader is one that takes nothing: there is no link to slow down.
    }
  }

  /// Returns all stages, opened one after the other.
  static Stream<Opening> all() {
    return Stream.of(
        Hosts::open, () -> new Proxied(false), () -> new Proxied(true), Neighbours::new);
  }

  /// Opens a stage.
  @FunctionalInterface
  interface Opening {
    Stage open() throws IOException, InterruptedException;
  }
}
