package dev.myelin.net.communicator;

import com.fasterxml.jackson.databind.JsonNode;
import dev.myelin.net.Messaging;
import dev.myelin.net.pattern.JsonParts;
import dev.myelin.net.pattern.PatternSocket;
import dev.myelin.net.pattern.Publisher;
import dev.myelin.net.pattern.Pusher;
import dev.myelin.net.pattern.Requester;
import dev.myelin.net.pattern.SocketStats;
import dev.myelin.net.pattern.Subscriber;
import dev.myelin.net.pattern.TensorParts;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.RoutingId;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// Sockets by number, in the manner of Mooncake's "ZMQ Communicator", with real ZeroMQ on the wire.
///
/// The order of calls is free: a socket opens when it is bound, connected or used, and callbacks,
/// subscriptions and options may be set before. What was never enforced there is here: high-water
/// marks, timeouts, linger, reconnect interval, buffers, filtering at the publisher, the way back
/// to each asker, and exclusive pairs. Objects are not deserialised, in no form.
///
/// Misuse is an [IllegalStateException] or [IllegalArgumentException], failure between peers a
/// [PeerException]. A call may run on a virtual thread where others would want a future.
public final class ZmqCommunicator implements AutoCloseable {
  private final Messaging messaging;
  private final boolean owns;
  private final ZmqConfig config;
  private final Semaphore callbacks;
  private final Map<Integer, Station> stations = new ConcurrentHashMap<>();
  private final AtomicInteger ids = new AtomicInteger();

  private ZmqCommunicator(Messaging messaging, boolean owns, ZmqConfig config) {
    this.messaging = messaging;
    this.owns = owns;
    this.config = config;
    this.callbacks = new Semaphore(config.threadCount());
  }

  /// Opens one of its own.
  ///
  /// @throws IOException if its memory cannot be had
  public static ZmqCommunicator initialize(ZmqConfig config) throws IOException {
    return new ZmqCommunicator(Messaging.open(), true, config);
  }

  /// Opens one over messaging that somebody else closes.
  public static ZmqCommunicator over(Messaging messaging, ZmqConfig config) {
    return new ZmqCommunicator(messaging, false, config);
  }

  /// Returns the memory in which large tensors land.
  public TensorPool pool() {
    return messaging.pool();
  }

  /// Returns the number of a new socket, from 1.
  public int createSocket(ZmqSocketType type) {
    int id = ids.incrementAndGet();
    stations.put(id, new Station(messaging, config, type, callbacks));
    return id;
  }

  /// Closes a socket, after what was sent has left or the linger is over.
  public void closeSocket(int socket) {
    station(socket).close();
    stations.remove(socket);
  }

  private Station station(int socket) {
    Station station = stations.get(socket);
    if (station == null) {
      throw new IllegalArgumentException("socket: " + socket + " (expected: one that is open)");
    }
    return station;
  }

  private PatternSocket opened(int socket) {
    return station(socket).socket();
  }

  /// Takes peers at an endpoint, `tcp://host:port` or plain `host:port`; returns it with the real
  /// port.
  ///
  /// @throws IOException if it is taken or not ours
  public String bind(int socket, String endpoint) throws IOException {
    return opened(socket).bind(full(endpoint));
  }

  /// Keeps a peer at an endpoint; returns at once.
  public void connect(int socket, String endpoint) {
    opened(socket).connect(full(endpoint));
  }

  /// Takes no more peers at an endpoint, and ends those it took.
  public void unbind(int socket, String endpoint) {
    opened(socket).unbind(full(endpoint));
  }

  /// Keeps no peer at an endpoint any more, and ends the one there is.
  public void disconnect(int socket, String endpoint) {
    opened(socket).disconnect(full(endpoint));
  }

  private static String full(String endpoint) {
    return endpoint.contains("://") ? endpoint : "tcp://" + endpoint;
  }

  /// Does what binding, connecting and callbacks do by themselves: has the socket at work.
  public void startServer(int socket) {
    PatternSocket _ = opened(socket);
  }

  /// Returns what a socket is.
  public ZmqSocketType socketType(int socket) {
    return station(socket).type();
  }

  /// Returns whether a socket takes peers anywhere.
  public boolean isBound(int socket) {
    return station(socket).isOpen() && !opened(socket).bound().isEmpty();
  }

  /// Returns whether a socket keeps peers anywhere, whether they are there or not.
  public boolean isConnected(int socket) {
    return station(socket).isOpen() && !opened(socket).connected().isEmpty();
  }

  /// Returns where a socket takes peers, with the real ports.
  public List<String> boundEndpoints(int socket) {
    return opened(socket).bound();
  }

  /// Returns where a socket keeps peers.
  public List<String> connectedEndpoints(int socket) {
    return opened(socket).connected();
  }

  /// Returns what a socket has counted.
  public SocketStats stats(int socket) {
    return opened(socket).stats();
  }

  /// Sets an option.
  ///
  /// @throws IllegalStateException if it is one that must be set before the socket is used
  public void setSocketOption(int socket, ZmqSocketOption option, int value) {
    station(socket).option(option, value);
  }

  /// Returns the value of an option.
  public int socketOption(int socket, ZmqSocketOption option) {
    return station(socket).option(option);
  }

  /// Sets what a router calls the socket.
  ///
  /// @throws IllegalStateException if the socket was used before
  public void setRoutingId(int socket, String id) {
    station(socket).routingId(RoutingId.of(id));
  }

  /// Returns what a router calls the socket; empty if nothing was set.
  public String routingId(int socket) {
    return station(socket).routingId().toString();
  }

  /// Asks, and returns the bytes of the reply, without any header. Waits for a place among the
  /// requests under way and for the reply, as the configuration says.
  ///
  /// @throws PeerException.TimedOut if there was no peer, or no reply, in time
  public byte[] request(int socket, byte[] data) throws IOException, InterruptedException {
    Station station = station(socket);
    Requester requester = station.as(Requester.class, "request");
    if (!station.requests().tryAcquire(config.timeoutSeconds(), TimeUnit.SECONDS)) {
      throw new PeerException.TimedOut(
          "request: %d are under way (expected: fewer within %d s)"
              .formatted(config.poolSize(), config.timeoutSeconds()));
    }
    try (Parts reply = requester.request(Parts.of(data))) {
      return reply.bytes(0);
    } finally {
      station.requests().release();
    }
  }

  /// Replies to the request whose callback runs on this thread, or else to the one that was
  /// received last. To reply elsewhere or later use [ZmqMessage#reply(byte\[\])].
  ///
  /// @throws IllegalStateException if there is none, or it was replied to
  public void reply(int socket, byte[] data) {
    station(socket).replyable().reply(data);
  }

  /// Likewise, with a tensor, which stays the caller's.
  public void replyTensor(int socket, Tensor tensor) throws IOException, InterruptedException {
    station(socket).replyable().reply(tensor);
  }

  /// Publishes bytes under a topic; returns how many subscribers it is for.
  public int publish(int socket, String topic, byte[] data) {
    return station(socket).as(Publisher.class, "publish").publish(topic, data);
  }

  /// Wants messages whose topic begins so.
  public void subscribe(int socket, String prefix) {
    station(socket).subscriber().subscribe(prefix);
  }

  /// Takes back one subscription.
  public void unsubscribe(int socket, String prefix) {
    station(socket).subscriber().unsubscribe(prefix);
  }

  /// Waits until so many subscribers are known; returns whether they are.
  public boolean awaitSubscribers(int socket, int count, Duration limit)
      throws InterruptedException {
    Publisher publisher = station(socket).as(Publisher.class, "awaitSubscribers");
    return publisher.awaitSubscribers(count, limit);
  }

  /// Hands out work.
  public void push(int socket, byte[] data) throws IOException, InterruptedException {
    Station station = station(socket);
    station.as(Pusher.class, "push").push(Parts.of(data), station.sendLimit());
  }

  /// Sends bytes the way the socket does, under an empty topic where it publishes; returns how many
  /// peers they are for.
  public int send(int socket, byte[] data) throws IOException, InterruptedException {
    return station(socket).send("", Parts.of(data));
  }

  /// Sends a text in UTF-8; otherwise as [#send].
  public int sendString(int socket, String text) throws IOException, InterruptedException {
    return station(socket).send("", Parts.of(text));
  }

  /// Sends a value as JSON; otherwise as [#send].
  public int sendJson(int socket, JsonNode value) throws IOException, InterruptedException {
    return station(socket).send("", JsonParts.of(value));
  }

  /// Sends several frames as one message; otherwise as [#send].
  public int sendMultipart(int socket, List<byte[]> frames)
      throws IOException, InterruptedException {
    return station(socket).send("", Parts.of(frames.toArray(byte[][]::new)));
  }

  /// Sends a tensor, which stays the caller's, in the form of [TensorParts]; otherwise as [#send].
  /// Waits until nobody reads it any more.
  public int sendTensor(int socket, Tensor tensor) throws IOException, InterruptedException {
    return sendTensor(socket, tensor, "");
  }

  /// Likewise, under a topic where the socket publishes.
  public int sendTensor(int socket, Tensor tensor, String topic)
      throws IOException, InterruptedException {
    int[] reached = new int[1];
    TensorParts.lend("", tensor, lent -> reached[0] = station(socket).send(topic, lent));
    return reached[0];
  }

  /// Has every message run a callback, but tensors where they have one of their own. Replaces the
  /// callback before.
  public void setReceiveCallback(int socket, ZmqCallback callback) {
    station(socket).onData(callback);
  }

  /// Does what [#setReceiveCallback] does, for a subscriber.
  public void setSubscribeCallback(int socket, ZmqCallback callback) {
    Subscriber _ = station(socket).subscriber();
    station(socket).onData(callback);
  }

  /// Does what [#setReceiveCallback] does, for one that takes work.
  public void setPullCallback(int socket, ZmqCallback callback) {
    station(socket).onData(callback);
  }

  /// Has every tensor run a callback. Replaces the one before.
  public void setTensorReceiveCallback(int socket, ZmqCallback callback) {
    station(socket).onTensor(callback);
  }

  /// Has messages wait for [#recv] in place of running callbacks, or the reverse.
  public void setPollingMode(int socket, boolean on) {
    station(socket).polling(on);
  }

  /// Returns the next message, which is the caller's; waits for one as long as the options say.
  ///
  /// @throws PeerException.TimedOut if none came in time
  /// @throws IllegalStateException unless the socket is in polling mode
  public ZmqMessage recv(int socket) throws IOException, InterruptedException {
    return station(socket).receive();
  }

  /// Returns the next message if there is one; otherwise as [#recv].
  public Optional<ZmqMessage> tryRecv(int socket) {
    return station(socket).tryReceive();
  }

  /// Closes every socket. Twice is harmless.
  public void shutdown() {
    stations.values().forEach(Station::close);
    stations.clear();
    if (owns) {
      messaging.close();
    }
  }

  @Override
  public void close() {
    shutdown();
  }
}
