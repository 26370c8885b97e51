package dev.myelin.bench.endtoend;

import dev.myelin.net.Messaging;
import dev.myelin.net.pattern.Publisher;
import dev.myelin.net.pattern.Puller;
import dev.myelin.net.pattern.Pusher;
import dev.myelin.net.pattern.Subscriber;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Our pattern sockets, PUB to many SUB over TCP in ZMTP.
///
/// The process that dials has the subscribers and the clock: it says when to begin.
final class MyelinPublish extends JavaDesign {
  private static final String ANY = "tcp://127.0.0.1:*";
  private static final Duration LIMIT = Duration.ofSeconds(30);

  /// Without marks, as the others: a publisher drops what does not fit.
  private static final SocketOptions OPTIONS =
      SocketOptions.defaults().queues(new SocketOptions.Queues(0, 0, 1L << 30, 0, 0));

  MyelinPublish() {
    super("myelin-pub", "Myelin, PUB and SUB over TCP in ZMTP, not encrypted, without marks");
  }

  @Override
  public boolean measures(Case what) {
    return what.what() == Case.What.PUBLISH;
  }

  @Override
  Side serve() throws IOException {
    return new Served();
  }

  @Override
  Side drive(String address) throws IOException {
    return new Driven(address.split(",", -1));
  }

  private static final class Served implements Side {
    private final Messaging messaging = Messaging.open();
    private final Publisher publisher = messaging.publisher(OPTIONS);
    private final Puller begin = messaging.puller();
    private final String address = publisher.bind(ANY) + "," + begin.bind(ANY);
    private double heapBytes;

    Served() throws IOException {}

    @Override
    public String address() {
      return address;
    }

    @Override
    public void prepare(Task task, Memory memory) throws Exception {
      if (!publisher.awaitSubscribers(Task.SUBSCRIBERS, LIMIT)) {
        throw new IOException("subscribers: fewer than " + Task.SUBSCRIBERS + " within 30 s");
      }
    }

    @Override
    public void flow(Task task, Memory memory) throws Exception {
      byte[] message = new byte[task.piece()];
      begin.pull().close();
      long before = HeapClock.bytes();
      for (long i = 0; i < task.count(); i++) {
        int _ = publisher.publish(Parts.of(message));
      }
      begin.pull().close();
      heapBytes = (HeapClock.bytes() - before) / (double) task.count();
    }

    @Override
    public List<Double> figures() {
      return List.of(heapBytes);
    }

    @Override
    public void close() {
      publisher.close();
      begin.close();
      messaging.close();
    }
  }

  private static final class Driven implements Side {
    private final Messaging messaging = Messaging.open();
    private final List<Subscriber> subscribers = new ArrayList<>();
    private final Pusher begin = messaging.pusher();

    Driven(String[] address) throws IOException {
      for (int i = 0; i < Task.SUBSCRIBERS; i++) {
        Subscriber subscriber = messaging.subscriber(OPTIONS);
        subscriber.subscribe("");
        subscriber.connect(address[0]);
        subscribers.add(subscriber);
      }
      begin.connect(address[1]);
    }

    @Override
    public void flow(Task task, Memory memory) throws Exception {
      begin.push(new byte[1]);
      for (long i = 0; i < task.count(); i++) {
        for (Subscriber subscriber : subscribers) {
          subscriber.receive().close();
        }
      }
      begin.push(new byte[1]);
    }

    @Override
    public void close() {
      subscribers.forEach(Subscriber::close);
      begin.close();
      messaging.close();
    }
  }
}
