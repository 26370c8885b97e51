package dev.myelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.net.Messaging;
import dev.myelin.net.pattern.Dealer;
import dev.myelin.net.pattern.Pair;
import dev.myelin.net.pattern.PatternSocket;
import dev.myelin.net.pattern.Publishing;
import dev.myelin.net.pattern.Puller;
import dev.myelin.net.pattern.Pusher;
import dev.myelin.net.pattern.Replier;
import dev.myelin.net.pattern.Request;
import dev.myelin.net.pattern.Requester;
import dev.myelin.net.pattern.Router;
import dev.myelin.net.pattern.Subscribing;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.wire.parts.Parts;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/// A socket of ours.
final class OurSocket implements Party {
  private static final String TOPIC = "t.";

  private final PatternSocket socket;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofVirtual().factory());
  private Future<?> echo = CompletableFuture.completedFuture("");

  private OurSocket(PatternSocket socket) {
    this.socket = socket;
  }

  /// Opens a socket of that role.
  static OurSocket open(Messaging messaging, String role) {
    SocketOptions plain = SocketOptions.defaults();
    return open(messaging, role, plain.waits(plain.waits().calls(SOON, SOON)));
  }

  static OurSocket open(Messaging messaging, String role, SocketOptions options) {
    return new OurSocket(
        switch (role) {
          case "PUSH" -> messaging.pusher(options);
          case "PULL" -> messaging.puller(options);
          case "REQ" -> messaging.requester(options);
          case "REP" -> messaging.replier(options);
          case "DEALER" -> messaging.dealer(options);
          case "ROUTER" -> messaging.router(options);
          case "PUB" -> messaging.publisher(options);
          case "XPUB" -> messaging.xpublisher(options);
          case "SUB" -> messaging.subscriber(options);
          case "XSUB" -> messaging.xsubscriber(options);
          case "PAIR" -> messaging.pair(options);
          default -> throw new IllegalArgumentException("role: " + role);
        });
  }

  PatternSocket socket() {
    return socket;
  }

  @Override
  public String bind(String endpoint) throws Exception {
    subscribe();
    return socket.bind(endpoint);
  }

  @Override
  public void connect(String endpoint) {
    subscribe();
    socket.connect(endpoint);
  }

  private void subscribe() {
    if (socket instanceof Subscribing subscriber) {
      subscriber.subscribe(TOPIC);
    }
  }

  @Override
  public void send(List<Integer> load) throws Exception {
    Parts message = Loads.message(load);
    switch (socket) {
      case Pusher pusher -> pusher.push(message);
      case Requester requester -> requester.send(message);
      case Dealer dealer -> dealer.send(message.behind(new byte[0]));
      case Pair pair -> pair.send(message);
      case Publishing publisher -> {
        assertThat(publisher.awaitSubscribers(1, SOON)).isTrue();
        publisher.publish("x.", "for nobody");
        assertThat(publisher.publish(message.behind(TOPIC.getBytes(StandardCharsets.UTF_8))))
            .isEqualTo(1);
      }
      default -> throw new IllegalStateException(socket + " sends nothing unasked");
    }
  }

  /// Takes the next message; its parts from [#first()] on are the load.
  Parts receive() throws Exception {
    return switch (socket) {
      case Puller puller -> puller.pull();
      case Requester requester -> requester.receive();
      case Dealer dealer -> dealer.receive();
      case Pair pair -> pair.receive();
      case Subscribing subscriber -> subscriber.receive();
      default -> throw new IllegalStateException(socket + " only answers");
    };
  }

  private int first() {
    return socket instanceof Dealer || socket instanceof Subscribing ? 1 : 0;
  }

  @Override
  public void expect(List<Integer> load) throws Exception {
    try (Parts message = receive()) {
      if (message.count() == 2 && message.size(1) == 5 && message.text(1).equals("probe")) {
        expect(load);
        return;
      }
      assertThat(Loads.seen(message, first())).isEqualTo(Loads.expected(load));
    }
  }

  @Override
  public void echo() {
    echo =
        thread.submit(
            () -> {
              switch (socket) {
                case Replier replier -> {
                  try (Request request = replier.receive()) {
                    request.reply(request.take());
                  }
                }
                case Router router -> {
                  Router.Letter letter = router.receive();
                  router.send(letter.peer(), letter.message());
                }
                case Dealer dealer -> dealer.send(dealer.receive());
                default -> throw new IllegalStateException(socket + " does not answer");
              }
              return null;
            });
  }

  /// Waits until what was begun is done.
  void done() throws Exception {
    echo.get(SOON.toSeconds(), TimeUnit.SECONDS);
  }

  @Override
  public void probe() {
    throw new IllegalStateException("ours knows its subscribers");
  }

  @Override
  public void close() {
    thread.shutdownNow();
    socket.close();
  }
}
