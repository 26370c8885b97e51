package dev.myelin.net.communicator;

import dev.myelin.net.Messaging;
import dev.myelin.net.pattern.Attendant;
import dev.myelin.net.pattern.Pair;
import dev.myelin.net.pattern.PatternSocket;
import dev.myelin.net.pattern.Publisher;
import dev.myelin.net.pattern.Pusher;
import dev.myelin.net.pattern.Receiving;
import dev.myelin.net.pattern.Replier;
import dev.myelin.net.pattern.Request;
import dev.myelin.net.pattern.Requester;
import dev.myelin.net.pattern.Subscriber;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.RoutingId;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// One socket of a [ZmqCommunicator]: opened when it is first needed, so that options and callbacks
/// may be set before or after.
final class Station implements AutoCloseable {
  /// The message whose callback runs on this thread.
  static final ScopedValue<ZmqMessage> CURRENT = ScopedValue.newInstance();

  private final Messaging messaging;
  private final ZmqConfig config;
  private final ZmqSocketType type;
  private final Semaphore callbacks;
  private final Semaphore requests;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<ZmqSocketOption, Integer> options; // guarded by lock
  private RoutingId routingId = RoutingId.NONE; // guarded by lock
  private @Nullable PatternSocket socket; // guarded by lock
  private @Nullable Attendant attendant; // guarded by lock
  private boolean polling; // guarded by lock
  private boolean closed; // guarded by lock
  private volatile @Nullable ZmqCallback onData;
  private volatile @Nullable ZmqCallback onTensor;
  private volatile @Nullable ZmqMessage last; // what a receiving call returned, for a reply to it

  Station(Messaging messaging, ZmqConfig config, ZmqSocketType type, Semaphore callbacks) {
    this.messaging = messaging;
    this.config = config;
    this.type = type;
    this.callbacks = callbacks;
    this.requests = new Semaphore(config.poolSize());
    this.options = new EnumMap<>(config.options());
  }

  ZmqSocketType type() {
    return type;
  }

  Semaphore requests() {
    return requests;
  }

  /// Returns the socket as one of these, opened if it was not.
  <S extends PatternSocket> S as(Class<S> wanted, String call) {
    PatternSocket open = socket();
    if (!wanted.isInstance(open)) {
      throw new IllegalStateException(
          "%s: the socket is %s (expected: one that can)".formatted(call, type));
    }
    return wanted.cast(open);
  }

  PatternSocket socket() {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("socket: closed (expected: open)");
      }
      PatternSocket open = socket;
      if (open == null) {
        open = open();
        socket = open;
        attend(open);
      }
      return open;
    } finally {
      lock.unlock();
    }
  }

  private PatternSocket open() {
    SocketOptions all = toOptions();
    return switch (type) {
      case REQ ->
          messaging.requester(
              all, Requester.Patience.numbered(1, Duration.ofSeconds(config.timeoutSeconds())));
      case REP -> messaging.replier(all);
      case PUB -> messaging.publisher(all);
      case SUB -> messaging.subscriber(all);
      case PUSH -> messaging.pusher(all);
      case PULL -> messaging.puller(all);
      case PAIR -> messaging.pair(all);
    };
  }

  private SocketOptions toOptions() {
    SocketOptions plain = SocketOptions.defaults();
    SocketOptions.Waits waits = plain.waits();
    return plain
        .queues(
            new SocketOptions.Queues(
                option(ZmqSocketOption.SNDHWM),
                option(ZmqSocketOption.RCVHWM),
                plain.queues().bytes(),
                option(ZmqSocketOption.SNDBUF),
                option(ZmqSocketOption.RCVBUF)))
        .waits(
            waits
                .linger(duration(option(ZmqSocketOption.LINGER)))
                .reconnect(Duration.ofMillis(option(ZmqSocketOption.RECONNECT_IVL))))
        .routingId(routingId);
  }

  private static Duration duration(int millis) {
    return millis < 0 ? SocketOptions.Waits.FOREVER : Duration.ofMillis(millis);
  }

  /// Returns the value of an option.
  int option(ZmqSocketOption option) {
    lock.lock();
    try {
      Integer value = options.get(option);
      return value == null ? 0 : value;
    } finally {
      lock.unlock();
    }
  }

  Duration sendLimit() {
    return duration(option(ZmqSocketOption.SNDTIMEO));
  }

  Duration receiveLimit() {
    return duration(option(ZmqSocketOption.RCVTIMEO));
  }

  void option(ZmqSocketOption option, int value) {
    ZmqConfig.check(option, value);
    lock.lock();
    try {
      if (option != ZmqSocketOption.RCVTIMEO && option != ZmqSocketOption.SNDTIMEO) {
        requireUnused(option.name());
      }
      options.put(option, value);
    } finally {
      lock.unlock();
    }
  }

  void routingId(RoutingId id) {
    lock.lock();
    try {
      requireUnused("routing id");
      routingId = id;
    } finally {
      lock.unlock();
    }
  }

  RoutingId routingId() {
    lock.lock();
    try {
      return routingId;
    } finally {
      lock.unlock();
    }
  }

  private void requireUnused(String what) {
    if (socket != null) {
      throw new IllegalStateException(
          what + ": set too late (expected: before the socket is bound, connected or used)");
    }
  }

  boolean isOpen() {
    lock.lock();
    try {
      return socket != null;
    } finally {
      lock.unlock();
    }
  }

  void onData(ZmqCallback callback) {
    requireReceiving();
    onData = callback;
    attendIfOpen();
  }

  void onTensor(ZmqCallback callback) {
    requireReceiving();
    onTensor = callback;
    attendIfOpen();
  }

  private void requireReceiving() {
    switch (type) {
      case REP, SUB, PULL, PAIR -> {}
      case REQ, PUB, PUSH ->
          throw new IllegalStateException(
              "callback: the socket is " + type + " (expected: one that receives)");
    }
  }

  private void attendIfOpen() {
    lock.lock();
    try {
      if (socket != null && !closed) {
        attend(socket);
      }
    } finally {
      lock.unlock();
    }
  }

  private void attend(PatternSocket open) {
    if (attendant != null || polling || (onData == null && onTensor == null)) {
      return;
    }
    if (open instanceof Replier replier) {
      attendant = replier.onRequest(request -> call(of(request)));
    } else if (open instanceof Receiving receiving) {
      attendant = receiving.onDelivery(next -> call(of(next)));
    }
  }

  private ZmqMessage of(Request request) {
    return new ZmqMessage(request.take(), 0, request.remote(), messaging.pool(), request);
  }

  private ZmqMessage of(Receiving.Delivery next) {
    int first = type == ZmqSocketType.SUB ? 1 : 0;
    return new ZmqMessage(next.message(), first, next.source(), messaging.pool(), null);
  }

  private void call(ZmqMessage message) throws Exception {
    callbacks.acquire();
    try (message) {
      ZmqCallback tensors = onTensor;
      ZmqCallback data = onData;
      ZmqCallback chosen = tensors != null && (data == null || message.isTensor()) ? tensors : data;
      if (chosen != null) {
        ScopedValue.where(CURRENT, message)
            .call(
                () -> {
                  chosen.take(message);
                  return null;
                });
      }
    } finally {
      callbacks.release();
    }
  }

  void polling(boolean on) {
    requireReceiving();
    Attendant before = null;
    lock.lock();
    try {
      polling = on;
      if (on) {
        before = attendant;
        attendant = null;
      } else if (socket != null) {
        attend(socket);
      }
    } finally {
      lock.unlock();
    }
    if (before != null) {
      before.close();
    }
  }

  ZmqMessage receive() throws IOException, InterruptedException {
    requirePolling();
    PatternSocket open = socket();
    ZmqMessage next =
        open instanceof Replier replier
            ? of(replier.receive(receiveLimit()))
            : of(((Receiving) open).take(receiveLimit()));
    last = next;
    return next;
  }

  Optional<ZmqMessage> tryReceive() {
    requirePolling();
    PatternSocket open = socket();
    Optional<ZmqMessage> next =
        open instanceof Replier replier
            ? replier.tryReceive().map(this::of)
            : ((Receiving) open).tryTake().map(this::of);
    next.ifPresent(message -> last = message);
    return next;
  }

  private void requirePolling() {
    lock.lock();
    try {
      if (!polling) {
        throw new IllegalStateException(
            "receive: callbacks take the messages (expected: polling mode)");
      }
    } finally {
      lock.unlock();
    }
  }

  /// Returns the message that a reply without an address is for.
  ZmqMessage replyable() {
    as(Replier.class, "reply");
    ZmqMessage message = CURRENT.isBound() ? CURRENT.get() : last;
    if (message == null) {
      throw new IllegalStateException("reply: nothing was asked (expected: a request before)");
    }
    return message;
  }

  /// Sends a message the way the type does; returns how many peers it is for.
  int send(String topic, Parts message) throws IOException, InterruptedException {
    switch (socket()) {
      case Publisher publisher -> {
        return publisher.publish(message.behind(Parts.of(topic).bytes()));
      }
      case Pusher pusher -> pusher.push(message, sendLimit());
      case Pair pair -> pair.send(message, sendLimit());
      case Requester requester -> requester.send(message);
      default -> {
        message.close();
        throw new IllegalStateException(
            "send: the socket is " + type + " (expected: one that sends)");
      }
    }
    return 1;
  }

  Subscriber subscriber() {
    return as(Subscriber.class, "subscribe");
  }

  @Override
  public void close() {
    PatternSocket open;
    lock.lock();
    try {
      closed = true;
      open = socket;
    } finally {
      lock.unlock();
    }
    if (open != null) {
      open.close();
    }
  }
}
