package dev.myelin.it;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// One side of a messaging pattern: a socket of ours, of libzmq or of JeroMQ.
///
/// A load is the sizes of the parts of one message; part `i` has the bytes of [Loads]. Publishers
/// put a topic before it and a decoy on another topic ahead; dealers put an empty part before it;
/// the receiving sides take these off.
interface Party extends AutoCloseable {
  Duration SOON = Duration.ofSeconds(20);

  /// Returns the endpoint, with the real port.
  String bind(String endpoint) throws Exception;

  void connect(String endpoint) throws Exception;

  /// Has a connection begin that its own side has forgotten; otherwise does nothing.
  default void nudge() throws Exception {}

  /// Sends a message, or begins to.
  void send(List<Integer> load) throws Exception;

  /// Begins to wait for a message, where that must be said before; otherwise does nothing.
  default void ready() throws Exception {}

  /// Waits for a message of that load and fails for any other.
  void expect(List<Integer> load) throws Exception;

  /// Sends one message back, or begins to wait for it.
  void echo() throws Exception;

  /// Publishes a short message.
  void probe() throws Exception;

  @Override
  void close() throws IOException;
}
