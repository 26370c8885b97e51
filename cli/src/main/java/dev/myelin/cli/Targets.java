package dev.myelin.cli;

import dev.myelin.net.Endpoint;
import dev.myelin.net.Node;
import dev.myelin.net.Peer;
import dev.myelin.wire.PeerException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/// Finds the peers that an argument means: `any`, `all`, `host:port`, or the beginning of an id.
final class Targets {
  private static final long POLL_MILLIS = 10;
  private static final Duration SETTLE = Duration.ofSeconds(1);

  private Targets() {}

  /// Returns connected peers, at least one; waits at most `limit`.
  static List<Peer> find(Node node, String to, Duration limit)
      throws IOException, InterruptedException {
    if (to.equalsIgnoreCase("any")) {
      return List.of(node.awaitPeer(limit));
    }
    if (to.equalsIgnoreCase("all")) {
      return all(node, limit);
    }
    if (to.contains(":")) {
      return List.of(node.connect(Endpoint.parse(to), limit));
    }
    return List.of(byId(node, to.toLowerCase(Locale.ROOT), limit));
  }

  /// Returns the connected ones of the peers a node knows.
  static List<Peer> connected(Node node) {
    return node.peers().stream().filter(peer -> peer.state() == Peer.State.CONNECTED).toList();
  }

  // All there are cannot be known: those that are there once nobody new came for a second.
  private static List<Peer> all(Node node, Duration limit)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    node.awaitPeer(limit);
    List<Peer> peers = connected(node);
    long changed = System.nanoTime();
    while (System.nanoTime() < end && System.nanoTime() - changed < SETTLE.toNanos()) {
      Thread.sleep(POLL_MILLIS);
      List<Peer> now = connected(node);
      if (now.size() != peers.size()) {
        changed = System.nanoTime();
      }
      peers = now;
    }
    if (peers.isEmpty()) {
      throw new PeerException.TimedOut(
          "every peer left within " + Words.time(limit) + " (expected: at least one)");
    }
    return peers;
  }

  private static Peer byId(Node node, String prefix, Duration limit)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (true) {
      List<Peer> found = connected(node).stream().filter(peer -> begins(peer, prefix)).toList();
      if (found.size() == 1) {
        return found.getFirst();
      }
      if (found.size() > 1) {
        throw new CommandException(
            ExitCodes.USAGE,
            "--to "
                + prefix
                + ": begins the ids of "
                + Words.count(found.size(), "peer")
                + " (expected: one)");
      }
      if (System.nanoTime() > end) {
        throw new PeerException.TimedOut(
            "no peer whose id begins with '"
                + prefix
                + "' was found within "
                + Words.time(limit)
                + "; 'myelin peers' shows who is there");
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  private static boolean begins(Peer peer, String prefix) {
    return peer.id().map(id -> id.text().toLowerCase(Locale.ROOT).startsWith(prefix)).orElse(false);
  }
}
