package dev.myelin.net;

import dev.myelin.net.pattern.Bus;
import dev.myelin.net.pattern.Dealer;
import dev.myelin.net.pattern.Pair;
import dev.myelin.net.pattern.Publisher;
import dev.myelin.net.pattern.Publishing;
import dev.myelin.net.pattern.Puller;
import dev.myelin.net.pattern.Pusher;
import dev.myelin.net.pattern.Replier;
import dev.myelin.net.pattern.Requester;
import dev.myelin.net.pattern.Respondent;
import dev.myelin.net.pattern.Router;
import dev.myelin.net.pattern.Subscriber;
import dev.myelin.net.pattern.Surveyor;
import dev.myelin.net.pattern.XPublisher;
import dev.myelin.net.pattern.XSubscriber;
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
    this.works = new Pipeworks(transport, pool, null, () -> {});
  }

  private Messaging(Node node) {
    this.transport = node.transport();
    this.pool = node.pool();
    this.owns = false;
    this.works = new Pipeworks(transport, pool, node::peers, node::tellService);
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

  /// Opens a socket that asks.
  public Requester requester() {
    return requester(SocketOptions.defaults());
  }

  /// Opens a socket that asks.
  public Requester requester(SocketOptions options) {
    return Requester.open(works, options);
  }

  /// Opens a socket that asks.
  public Requester requester(SocketOptions options, Requester.Patience patience) {
    return Requester.open(works, options, patience);
  }

  /// Opens a socket that answers.
  public Replier replier() {
    return replier(SocketOptions.defaults());
  }

  /// Opens a socket that answers.
  public Replier replier(SocketOptions options) {
    return Replier.open(works, options);
  }

  /// Opens a socket that asks many at once.
  public Dealer dealer() {
    return dealer(SocketOptions.defaults());
  }

  /// Opens a socket that asks many at once.
  public Dealer dealer(SocketOptions options) {
    return Dealer.open(works, options);
  }

  /// Opens a socket that knows each peer by its id.
  public Router router() {
    return router(SocketOptions.defaults());
  }

  /// Opens a socket that knows each peer by its id.
  public Router router(SocketOptions options) {
    return Router.open(works, options);
  }

  /// Opens a socket that knows each peer by its id.
  public Router router(SocketOptions options, Router.Manners manners) {
    return Router.open(works, options, manners);
  }

  /// Opens a socket that sends to whoever subscribed.
  public Publisher publisher() {
    return publisher(SocketOptions.defaults());
  }

  /// Opens a socket that sends to whoever subscribed.
  public Publisher publisher(SocketOptions options) {
    return Publisher.open(works, options);
  }

  /// Opens a socket that sends to whoever subscribed.
  public Publisher publisher(SocketOptions options, Publishing.LastValues last) {
    return Publisher.open(works, options, last);
  }

  /// Opens a socket that receives what it subscribed to.
  public Subscriber subscriber() {
    return subscriber(SocketOptions.defaults());
  }

  /// Opens a socket that receives what it subscribed to.
  public Subscriber subscriber(SocketOptions options) {
    return Subscriber.open(works, options);
  }

  /// Opens a socket that sends to whoever subscribed, and sees who does.
  public XPublisher xpublisher() {
    return xpublisher(SocketOptions.defaults());
  }

  /// Opens a socket that sends to whoever subscribed, and sees who does.
  public XPublisher xpublisher(SocketOptions options) {
    return XPublisher.open(works, options);
  }

  /// Opens a socket that sends to whoever subscribed, and sees who does.
  public XPublisher xpublisher(SocketOptions options, Publishing.LastValues last) {
    return XPublisher.open(works, options, last);
  }

  /// Opens a socket that receives what it subscribed to, and can send back.
  public XSubscriber xsubscriber() {
    return xsubscriber(SocketOptions.defaults());
  }

  /// Opens a socket that receives what it subscribed to, and can send back.
  public XSubscriber xsubscriber(SocketOptions options) {
    return XSubscriber.open(works, options);
  }

  /// Opens a socket that is one of exactly two.
  public Pair pair() {
    return pair(SocketOptions.defaults());
  }

  /// Opens a socket that is one of exactly two.
  public Pair pair(SocketOptions options) {
    return Pair.open(works, options);
  }

  /// Opens a socket that asks everybody at once.
  public Surveyor surveyor() {
    return surveyor(SocketOptions.defaults());
  }

  /// Opens a socket that asks everybody at once.
  public Surveyor surveyor(SocketOptions options) {
    return Surveyor.open(works, options);
  }

  /// Opens a socket that answers surveys.
  public Respondent respondent() {
    return respondent(SocketOptions.defaults());
  }

  /// Opens a socket that answers surveys.
  public Respondent respondent(SocketOptions options) {
    return Respondent.open(works, options);
  }

  /// Opens a socket that hears and is heard by every other of its kind.
  public Bus bus() {
    return bus(SocketOptions.defaults());
  }

  /// Opens a socket that hears and is heard by every other of its kind.
  public Bus bus(SocketOptions options) {
    return Bus.open(works, options);
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
