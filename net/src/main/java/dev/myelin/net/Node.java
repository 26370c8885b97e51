package dev.myelin.net;

import dev.myelin.tensor.TensorPool;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// This process in the network: owns the listener, the peers and the discovery, and closes them in
/// that order.
///
/// ```java
/// try (Node node = Node.start(NodeConfig.of("lab", key))) {
///   node.awaitPeer(Duration.ofSeconds(10)).send("weights", tensor);
/// }
/// ```
public final class Node implements AutoCloseable {
  private Node() {}

  /// Starts a node whose tensors arrive in its inbox.
  public static Node start(NodeConfig config) throws IOException {
    return start(config, Reception.inbox());
  }

  /// Starts a node: it listens and looks for peers when this returns.
  ///
  /// @throws IOException if the port is taken or the state folder cannot be used; the message says
  ///   what to do
  public static Node start(NodeConfig config, Reception reception) throws IOException {
    throw new IOException("later");
  }

  /// Returns who this node is.
  public PeerId id() {
    throw new IllegalStateException("later");
  }

  /// Returns where it listens, with the real port.
  public Endpoint endpoint() {
    throw new IllegalStateException("later");
  }

  /// Returns the peers known now, connected ones first.
  public List<Peer> peers() {
    throw new IllegalStateException("later");
  }

  /// Waits at most `limit` until any peer is connected.
  ///
  /// @throws dev.myelin.wire.PeerException.TimedOut if none is; the message says what was tried and
  ///   heard
  public Peer awaitPeer(Duration limit) throws IOException, InterruptedException {
    throw new IOException("later");
  }

  /// Waits at most `limit` until that peer is connected.
  public Peer awaitPeer(PeerId id, Duration limit) throws IOException, InterruptedException {
    throw new IOException("later");
  }

  /// Dials an endpoint, keeps it as a fixed peer, and waits at most `limit` until it is connected.
  public Peer connect(Endpoint endpoint, Duration limit) throws IOException, InterruptedException {
    throw new IOException("later");
  }

  /// Waits at most `limit` for the next tensor; the caller owns it.
  ///
  /// @throws dev.myelin.wire.PeerException.TimedOut if none came
  /// @throws IllegalStateException if this node's tensors go to a handler or a folder
  public Delivery receive(Duration limit) throws IOException, InterruptedException {
    throw new IOException("later");
  }

  /// Returns the pool in which tensors land.
  public TensorPool pool() {
    throw new IllegalStateException("later");
  }

  /// Returns what was counted since the start, by name: refusals, drops, bytes, frames.
  public Map<String, Long> counters() {
    throw new IllegalStateException("later");
  }

  /// Adds someone to be told what happens.
  public void addListener(NodeListener listener) {
    throw new IllegalStateException("later");
  }

  /// Says goodbye, lets streams under way end within the drain limit, closes everything. Twice is
  /// harmless.
  @Override
  public void close() {}
}
