package dev.myelin.net.discovery;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Looks up one DNS name or service again and again, and reports each address it has.
///
/// A headless service is such a name: its addresses are those of the pods that run now.
final class DnsDiscovery implements Discovery {
  /// How often names are looked up unless told otherwise.
  static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(5);

  private final PeerText peer;
  private final String source;
  private final Names names;
  private final Duration interval;
  private final Complaints complaints;
  private final CountDownLatch never = new CountDownLatch(1);

  DnsDiscovery(
      PeerText peer, String source, Names names, Duration interval, Complaints complaints) {
    this.peer = peer;
    this.source = source;
    this.names = names;
    this.interval = interval;
    this.complaints = complaints;
  }

  @Override
  public String name() {
    return "dns";
  }

  @Override
  public void watch(Consumer<Sighting> seen) throws InterruptedException {
    do {
      try {
        for (PeerText.Name each : hosts()) {
          report(each, seen);
        }
        complaints.well(peer.toString());
      } catch (IOException | RuntimeException e) {
        complaints.tell(peer.toString(), "cannot resolve " + peer, e);
      }
    } while (!never.await(interval.toNanos(), TimeUnit.NANOSECONDS));
  }

  private List<PeerText.Name> hosts() throws IOException {
    return switch (peer) {
      case PeerText.Literal literal -> List.of(new PeerText.Name(literal.host(), literal.port()));
      case PeerText.Name name -> List.of(name);
      case PeerText.Service service -> names.service(service.name());
    };
  }

  private void report(PeerText.Name host, Consumer<Sighting> seen) throws InterruptedException {
    try {
      for (InetAddress address : addresses(host)) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        seen.accept(new Sighting("", address.getHostAddress(), host.port(), source, 0));
      }
      complaints.well(host.toString());
    } catch (IOException e) {
      complaints.tell(host.toString(), "cannot resolve " + host, e);
    }
  }

  private Iterable<InetAddress> addresses(PeerText.Name host) throws IOException {
    return peer instanceof PeerText.Literal
        ? List.of(InetAddress.ofLiteral(host.host()))
        : names.addresses(host.host());
  }
}
