package dev.myelin.net.pattern;

import dev.myelin.wire.parts.SocketRole;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/// What the sockets of all patterns have in common: endpoints they take peers at, and endpoints
/// they keep a peer at.
///
/// Safe for many threads. Binding and connecting may happen in any order and at any time; peers
/// come and go meanwhile. Once a socket is closed, every other call is an [IllegalStateException],
/// also one that waits at that moment.
public abstract sealed class PatternSocket implements AutoCloseable
    permits Pusher,
        Puller,
        Requester,
        Replier,
        Talker,
        Router,
        Publishing,
        Subscribing,
        Surveyor,
        Respondent {
  private static final Duration LAST_MESSAGE = Duration.ofSeconds(1);

  private final Hub hub;
  private final List<Attendant> attendants = new CopyOnWriteArrayList<>();

  PatternSocket(Hub hub) {
    this.hub = hub;
  }

  final Hub hub() {
    return hub;
  }

  final Outflow outflow() {
    return hub.outflow();
  }

  final Intake intake() {
    return hub.intake();
  }

  final Duration sendLimit() {
    return hub.waits().send();
  }

  final Duration receiveLimit() {
    return hub.waits().receive();
  }

  /// Has a thread of its own take what a source gives, until it or the socket is closed.
  final <M extends AutoCloseable> Attendant attend(
      Attendant.Source<M> source, MessageTaker<? super M> taker) {
    outflow().requireOpen();
    Attendant attendant =
        Attendant.begin(hub.role().name().toLowerCase(Locale.ROOT), hub, source, taker);
    attendants.add(attendant);
    return attendant;
  }

  /// Takes peers at `tcp://host:port`, `ipc://path`, `inproc://name` or `myelin://service`; a port
  /// of `*` lets the system choose. Returns the endpoint, with the real port.
  ///
  /// @throws IOException if it is taken or not ours
  /// @throws IllegalArgumentException if the text is none of these, or if strangers of other
  ///   machines could come in there and the options do not say that they may
  public final String bind(String endpoint) throws IOException {
    return hub.bind(endpoint);
  }

  /// Keeps a peer at an endpoint: dials now and again whenever there is none. Returns at once.
  ///
  /// @throws IllegalArgumentException if the text is none that is known
  public final void connect(String endpoint) {
    hub.connect(endpoint);
  }

  /// Takes no more peers at an endpoint that was bound, with the real port, and ends those it took.
  ///
  /// @throws IllegalArgumentException if it was not bound
  public final void unbind(String endpoint) {
    hub.endpoints().unbind(endpoint);
  }

  /// Keeps no peer at an endpoint any more, and ends the one there is.
  ///
  /// @throws IllegalArgumentException if it was not connected
  public final void disconnect(String endpoint) {
    hub.endpoints().disconnect(endpoint);
  }

  /// Returns the endpoints that are bound, with the real ports.
  public final List<String> bound() {
    return hub.endpoints().allBound();
  }

  /// Returns the endpoints that are connected, whether somebody is there or not.
  public final List<String> connected() {
    return hub.endpoints().allConnected();
  }

  /// Returns how many peers there are now.
  public final int peers() {
    return outflow().pipes().length;
  }

  /// Waits until there are at least so many peers, at most `limit`; returns whether there are.
  public final boolean awaitPeers(int count, Duration limit) throws InterruptedException {
    return outflow().await(() -> peers() >= count, limit);
  }

  /// Returns what was counted since it was opened.
  public final SocketStats stats() {
    return hub.stats();
  }

  /// Returns why a peer could not be reached, or was not let in, the last time that happened: a
  /// wrong kind of socket, wrong credentials, nobody there. It stays when all is well again.
  public final Optional<PeerFailure> lastFailure() {
    return Optional.ofNullable(hub.lastFailure());
  }

  /// Returns what stands between it and each of its peers now.
  public final List<PeerStats> peerStats() {
    return hub.peerStats();
  }

  /// Returns what it is on the wire.
  public final SocketRole role() {
    return hub.role();
  }

  /// Returns whether it was closed.
  public final boolean isClosed() {
    return outflow().isClosed();
  }

  /// Waits, at most as long as it lingers, for what was sent to leave; then ends every pipe, and
  /// the threads that take messages. Twice is harmless.
  @Override
  public void close() {
    hub.close();
    for (Attendant each : attendants) {
      each.close(LAST_MESSAGE);
    }
  }
}
