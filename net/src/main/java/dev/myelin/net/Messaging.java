package dev.myelin.net;

import dev.myelin.net.pattern.Puller;
import dev.myelin.net.pattern.Pusher;
import dev.myelin.net.pipe.Plumbing;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.tensor.TensorPool;
import java.io.IOException;

/// The place where sockets of messaging patterns are opened: their threads, their memory, and the
/// names within the process.
///
/// ```java
/// try (Messaging messaging = Messaging.open();
///     Pusher pusher = messaging.pusher()) {
///   pusher.connect("tcp://127.0.0.1:5557");
///   pusher.push("work".getBytes(UTF_8));
/// }
/// ```
public final class Messaging implements AutoCloseable {
  private final Transport transport;
  private final TensorPool pool;
  private final Pipeworks works;

  private final boolean owns;

  private Messaging(Transport transport, TensorPool pool) {
    this.transport = transport;
    this.pool = pool;
    this.owns = true;
    this.works = new Pipeworks(transport, pool, null);
  }

  private Messaging(Node node) {
    this.transport = node.transport();
    this.pool = node.pool();
    this.owns = false;
    this.works = new Pipeworks(transport, pool, node::peers);
  }

  /// Returns one whose sockets are found at a node's port, and find those of other nodes.
  static Messaging of(Node node) {
    return new Messaging(node);
  }

  /// Opens one of its own, for sockets that need no node.
  ///
  /// @throws IOException if its memory cannot be had
  public static Messaging open() throws IOException {
    return open(MessagingConfig.defaults());
  }

  /// Opens one of its own; otherwise as the shorter form.
  public static Messaging open(MessagingConfig config) throws IOException {
    Transport transport = Transport.open(config.transport());
    return new Messaging(
        transport, TensorPool.open(transport.threadName("messages"), config.memoryBytes()));
  }

  /// Returns what makes the pipes, for sockets that are opened without this class.
  public Plumbing plumbing() {
    return works;
  }

  /// Returns the memory in which large parts land.
  public TensorPool pool() {
    return pool;
  }

  /// Opens a socket that hands out work.
  public Pusher pusher() {
    return pusher(SocketOptions.defaults());
  }

  /// Opens a socket that hands out work.
  public Pusher pusher(SocketOptions options) {
    return Pusher.open(works, options);
  }

  /// Opens a socket that takes work.
  public Puller puller() {
    return puller(SocketOptions.defaults());
  }

  /// Opens a socket that takes work.
  public Puller puller(SocketOptions options) {
    return Puller.open(works, options);
  }

  /// Ends every pipe and waits for their threads. Close the sockets first: what they have not sent
  /// is lost. Memory of messages that were not closed is reported.
  ///
  /// @throws dev.myelin.tensor.LeakException if a message is still open
  @Override
  public void close() {
    works.close();
    if (owns) {
      transport.close();
      pool.close();
    }
  }
}
