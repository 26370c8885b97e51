package dev.myelin.net.pattern;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// What the sockets of all patterns have in common: endpoints they take peers at, and endpoints
/// they keep a peer at.
///
/// Safe for many threads. Binding and connecting may happen in any order and at any time; peers
/// come and go meanwhile.
public sealed interface PatternSocket extends AutoCloseable permits Pusher, Puller {
  /// Takes peers at `tcp://host:port`, `ipc://path`, `inproc://name` or `myelin://service`; a port
  /// of `*` lets the system choose. Returns the endpoint, with the real port.
  ///
  /// @throws IOException if it is taken or not ours
  /// @throws IllegalArgumentException if the text is none of these, or if strangers of other
  ///   machines could come in there and the options do not say that they may
  String bind(String endpoint) throws IOException;

  /// Keeps a peer at an endpoint: dials now and again whenever there is none. Returns at once.
  ///
  /// @throws IllegalArgumentException if the text is none that is known
  void connect(String endpoint);

  /// Takes no more peers at an endpoint that was bound, with the real port, and ends those it took.
  ///
  /// @throws IllegalArgumentException if it was not bound
  void unbind(String endpoint);

  /// Keeps no peer at an endpoint any more, and ends the one there is.
  ///
  /// @throws IllegalArgumentException if it was not connected
  void disconnect(String endpoint);

  /// Returns the endpoints that are bound, with the real ports.
  List<String> bound();

  /// Returns the endpoints that are connected, whether somebody is there or not.
  List<String> connected();

  /// Returns how many peers there are now.
  int peers();

  /// Waits until there are at least so many peers, at most `limit`; returns whether there are.
  boolean awaitPeers(int count, Duration limit) throws InterruptedException;

  /// Returns what was counted since it was opened.
  SocketStats stats();

  /// Waits, at most as long as it lingers, for what was sent to leave; then ends every pipe. Twice
  /// is harmless.
  @Override
  void close();
}
