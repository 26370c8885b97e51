package dev.myelin.net.metrics;

import dev.myelin.net.pattern.PatternSocket;
import dev.myelin.net.pattern.Requester;
import dev.myelin.net.pattern.SocketStats;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/// The counters of sockets as meters of Micrometer, and as text for Prometheus.
///
/// | meter | tags besides `socket`, `role` | is |
/// |---|---|---|
/// | `myelin.socket.messages` | `direction` | messages sent, or given to the application |
/// | `myelin.socket.bytes` | `direction` | theirs |
/// | `myelin.socket.dropped` | | messages that the pattern's rules let fall |
/// | `myelin.socket.failures` | | attempts to reach a peer, or of one to come in, that failed |
/// | `myelin.socket.queued` | `direction` | messages that wait now |
/// | `myelin.socket.peers` | | peers there are now |
/// | `myelin.request` | | how long replies took, with p50 and p99; of a requester only |
public final class MessagingMetrics implements AutoCloseable {
  private static final double[] QUANTILES = {0.5, 0.99};

  private final MeterRegistry registry;
  private final Map<String, List<Meter>> meters = new ConcurrentHashMap<>();
  private final Map<String, PatternSocket> sockets = new ConcurrentHashMap<>(); // held strongly

  private MessagingMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  /// Opens one that adds meters to a registry, which stays the caller's.
  @SuppressWarnings("exports") // who has a registry has Micrometer, and others need none of it
  public static MessagingMetrics of(MeterRegistry registry) {
    return new MessagingMetrics(registry);
  }

  /// Opens one with a registry of its own, for Prometheus.
  public static MessagingMetrics prometheus() {
    return new MessagingMetrics(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
  }

  /// Adds the meters of a socket under a name.
  ///
  /// @throws IllegalArgumentException if the name is taken
  public void watch(String name, PatternSocket socket) {
    if (sockets.putIfAbsent(name, socket) != null) {
      throw new IllegalArgumentException("name: " + name + " (expected: one that is not taken)");
    }
    Tags tags = Tags.of("socket", name, "role", socket.role().name().toLowerCase(Locale.ROOT));
    List<Meter> all = new ArrayList<>();
    for (String way : List.of("sent", "received")) {
      boolean out = way.equals("sent");
      Tags both = tags.and("direction", way);
      all.add(
          counter("messages", both, socket, s -> out ? s.sentMessages() : s.receivedMessages()));
      all.add(counter("bytes", both, socket, s -> out ? s.sentBytes() : s.receivedBytes()));
      all.add(
          Gauge.builder(
                  "myelin.socket.queued",
                  socket,
                  s -> out ? s.stats().queuedOut() : s.stats().queuedIn())
              .tags(both)
              .register(registry));
    }
    all.add(counter("dropped", tags, socket, SocketStats::dropped));
    all.add(counter("failures", tags, socket, SocketStats::failures));
    all.add(
        Gauge.builder("myelin.socket.peers", socket, PatternSocket::peers)
            .tags(tags)
            .register(registry));
    if (socket instanceof Requester requester) {
      all.add(timer(requester, tags));
    }
    meters.put(name, all);
  }

  private Meter counter(
      String name, Tags tags, PatternSocket socket, ToDoubleFunction<SocketStats> of) {
    return FunctionCounter.builder(
            "myelin.socket." + name, socket, each -> of.applyAsDouble(each.stats()))
        .tags(tags)
        .register(registry);
  }

  private Meter timer(Requester requester, Tags tags) {
    Timer timer =
        Timer.builder("myelin.request")
            .tags(tags)
            .publishPercentiles(QUANTILES)
            .distributionStatisticExpiry(Duration.ofMinutes(1))
            .register(registry);
    requester.roundTrips().watch(nanos -> timer.record(nanos, TimeUnit.NANOSECONDS));
    return timer;
  }

  /// Takes the meters of a socket away.
  public void forget(String name) {
    PatternSocket socket = sockets.remove(name);
    List<Meter> all = meters.remove(name);
    if (all != null) {
      all.forEach(registry::remove);
    }
    if (socket instanceof Requester requester) {
      requester.roundTrips().watch(_ -> {});
    }
  }

  /// Returns all meters in the text form of Prometheus.
  ///
  /// @throws IllegalStateException if the registry is not one for Prometheus
  public String text() {
    if (registry instanceof PrometheusMeterRegistry prometheus) {
      return prometheus.scrape();
    }
    throw new IllegalStateException(
        "registry: " + registry.getClass().getSimpleName() + " (expected: one for Prometheus)");
  }

  /// Serves [#text] at `/metrics` over HTTP; with a port of 0 the system chooses. Choose a loopback
  /// address unless strangers may read it: nobody is asked who he is.
  ///
  /// @throws IOException if the port is taken
  public MetricsPage serve(InetSocketAddress at) throws IOException {
    return MetricsPage.open(at, this);
  }

  /// Takes all meters away.
  @Override
  public void close() {
    List.copyOf(sockets.keySet()).forEach(this::forget);
  }
}
