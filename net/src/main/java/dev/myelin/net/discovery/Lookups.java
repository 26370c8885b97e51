package dev.myelin.net.discovery;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// The look-ups of a changing set of peers, a thread for each so that none delays another.
final class Lookups implements AutoCloseable {
  /// Makes the look-up of one peer.
  interface Maker {
    DnsDiscovery lookup(PeerText peer);
  }

  private final Maker maker;
  private final Consumer<Sighting> seen;
  private final Map<PeerText, Thread> running = new HashMap<>();

  Lookups(Maker maker, Consumer<Sighting> seen) {
    this.maker = maker;
    this.seen = seen;
  }

  /// Starts what is new and ends what is no longer wanted.
  void follow(Set<PeerText> peers) {
    running.entrySet().removeIf(each -> !peers.contains(each.getKey()) && end(each.getValue()));
    for (PeerText peer : peers) {
      running.computeIfAbsent(peer, this::start);
    }
  }

  private Thread start(PeerText peer) {
    // Platform threads: the system's resolver blocks its carrier, and a few names that do not
    // answer would stop every virtual thread of a small machine.
    return Thread.ofPlatform()
        .daemon()
        .name("my-discovery-dns-" + peer)
        .start(() -> run(maker.lookup(peer)));
  }

  private void run(DnsDiscovery lookup) {
    try {
      lookup.watch(
          sighting -> {
            if (!Thread.currentThread().isInterrupted()) {
              seen.accept(sighting);
            }
          });
    } catch (InterruptedException _) {
      return; // No longer wanted.
    }
  }

  private static boolean end(Thread thread) {
    thread.interrupt();
    return true;
  }

  /// Ends all look-ups, without waiting for a name server that is being asked.
  @Override
  public void close() {
    follow(Set.of());
  }
}
