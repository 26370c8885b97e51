package dev.myelin.cli;

import dev.myelin.net.Endpoint;
import dev.myelin.net.NodeListener;
import dev.myelin.net.PeerId;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Prints what happens to a node, one line per event.
final class NodeEvents implements NodeListener {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");

  private final RootCommand root;
  private final Set<String> failedMeans = new HashSet<>();

  NodeEvents(RootCommand root) {
    this.root = root;
  }

  @Override
  public void connected(PeerId peer, Endpoint remote, String dialect) {
    say(
        "connected     " + peer.brief() + "  " + remote + " over " + dialect,
        event("connected", "peer", peer.text(), "remote", remote.toString(), "dialect", dialect));
  }

  @Override
  public void disconnected(PeerId peer, Endpoint remote, String reason) {
    say(
        "disconnected  " + peer.brief() + "  " + remote + ": " + reason,
        event("disconnected", "peer", peer.text(), "remote", remote.toString(), "reason", reason));
  }

  @Override
  public void refused(Endpoint remote, String reason) {
    say(
        "refused       " + remote + ": " + reason,
        event("refused", "remote", remote.toString(), "reason", reason));
  }

  @Override
  public void discoveryFailed(String means, String reason) {
    synchronized (failedMeans) {
      if (!failedMeans.add(means)) {
        return;
      }
    }
    say("no " + means + ": " + reason, event("discovery-failed", "means", means, "reason", reason));
  }

  @Override
  public void received(PeerId peer, int stream, String name, long totalBytes) {
    say(
        "received      " + peer.brief() + "  " + name + ", " + Words.bytes(totalBytes),
        event("received", "peer", peer.text(), "name", name, "bytes", totalBytes));
  }

  @Override
  public void abandoned(PeerId peer, int stream, String name, String reason) {
    say(
        "abandoned     " + peer.brief() + "  " + name + ": " + reason,
        event("abandoned", "peer", peer.text(), "name", name, "reason", reason));
  }

  /// Prints one event, for people or as JSON.
  void say(String line, Map<String, Object> event) {
    if (root.json()) {
      root.print(event);
    } else {
      root.print(LocalTime.now(ZoneId.systemDefault()).format(TIME) + "  " + line);
    }
  }

  /// Returns an event as JSON prints it.
  static Map<String, Object> event(String name, @Nullable Object... facts) {
    Map<String, Object> event = Json.object("event", name);
    event.putAll(Json.object(facts));
    return event;
  }
}
