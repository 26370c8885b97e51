package dev.myelin.net.discovery;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/// Reports the peers of a fixed list: addresses, DNS names and DNS services.
///
/// All are reported again and again, names with the addresses they have at the time.
public final class StaticDiscovery implements Discovery {
  private final List<String> texts;
  private final Names names;
  private final Duration interval;
  private final Consumer<String> problems;

  private StaticDiscovery(
      List<String> texts, Names names, Duration interval, Consumer<String> problems) {
    this.texts = texts;
    this.names = names;
    this.interval = interval;
    this.problems = problems;
  }

  static StaticDiscovery of(
      List<String> texts, Names names, Duration interval, Consumer<String> problems) {
    return new StaticDiscovery(List.copyOf(texts), names, interval, problems);
  }

  @Override
  public String name() {
    return "static";
  }

  @Override
  public void watch(Consumer<Sighting> seen) throws InterruptedException {
    Complaints complaints = new Complaints(name(), problems);
    Lookups.Maker maker = peer -> new DnsDiscovery(peer, name(), names, interval, complaints);
    try (Lookups lookups = new Lookups(maker, seen)) {
      lookups.follow(peers(complaints));
      new CountDownLatch(1).await();
    }
  }

  private Set<PeerText> peers(Complaints complaints) {
    Set<PeerText> peers = new LinkedHashSet<>();
    for (String text : texts) {
      try {
        peers.add(PeerText.parse(text));
      } catch (IllegalArgumentException e) {
        complaints.tell(text, "skipped", e);
      }
    }
    return peers;
  }
}
