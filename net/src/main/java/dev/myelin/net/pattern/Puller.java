package dev.myelin.net.pattern;

import dev.myelin.net.pipe.Plumbing;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.SocketRole;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Takes work: messages of all its [Pusher]s, each in turn (RFC 30).
public final class Puller implements PatternSocket {
  private final Hub hub;

  private Puller(Plumbing plumbing, SocketOptions options) {
    this.hub = new Hub(SocketRole.PULL, options, plumbing, new Hub.Rules() {});
  }

  /// Opens a socket without peers.
  public static Puller open(Plumbing plumbing, SocketOptions options) {
    return new Puller(plumbing, options);
  }

  /// Takes the next message within the time that the options give; otherwise as the longer form.
  public Parts pull() throws IOException, InterruptedException {
    return pull(hub.waits().receive());
  }

  /// Takes the next message, which is the caller's.
  ///
  /// Waits for one at most `limit`. An interrupt ends the wait and nothing else.
  ///
  /// @throws dev.myelin.wire.PeerException.TimedOut if none came in time
  /// @throws IllegalStateException once the socket is closed
  public Parts pull(Duration limit) throws IOException, InterruptedException {
    return hub.receive(limit).message();
  }

  /// Takes the next message if there is one.
  public Optional<Parts> tryPull() {
    Hub.Arrival next = hub.tryReceive();
    return next == null ? Optional.empty() : Optional.of(next.message());
  }

  @Override
  public String bind(String endpoint) throws IOException {
    return hub.bind(endpoint);
  }

  @Override
  public void connect(String endpoint) {
    hub.connect(endpoint);
  }

  @Override
  public void unbind(String endpoint) {
    hub.unbind(endpoint);
  }

  @Override
  public void disconnect(String endpoint) {
    hub.disconnect(endpoint);
  }

  @Override
  public List<String> bound() {
    return hub.bound();
  }

  @Override
  public List<String> connected() {
    return hub.connected();
  }

  @Override
  public int peers() {
    return hub.pipes().length;
  }

  @Override
  public boolean awaitPeers(int count, Duration limit) throws InterruptedException {
    return hub.awaitPeers(count, limit);
  }

  @Override
  public SocketStats stats() {
    return hub.stats();
  }

  @Override
  public void close() {
    hub.close();
  }
}
