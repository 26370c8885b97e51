package dev.myelin.bench.endtoend;

import dev.myelin.net.Connection;
import dev.myelin.net.Delivery;
import dev.myelin.net.Endpoint;
import dev.myelin.net.Node;
import dev.myelin.net.NodeConfig;
import dev.myelin.net.Peer;
import dev.myelin.net.Transport;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.Landing;
import dev.myelin.wire.Message;
import dev.myelin.wire.TensorHeader;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// Our nodes as anybody uses them: `send` and the inbox.
final class Myelin extends JavaDesign {
  /// How a tensor is handed to the node.
  private enum Hand {
    SEND,
    POST
  }

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String NAME = "bench";
  private static final String BULK = "bulk";
  private static final String END = "end";
  private static final long BULK_BYTES = 64L << 20;

  private static final Set<Case.What> BUT_CROWDS =
      EnumSet.of(
          Case.What.ONE_WAY,
          Case.What.SMALL,
          Case.What.ROUND_TRIP,
          Case.What.HAND_OVER,
          Case.What.BESIDE);

  private final Supplier<NodeConfig> config;
  private final Hand hand;
  private final Set<Case.What> measured;

  private Myelin(
      String name, String about, Supplier<NodeConfig> config, Hand hand, Set<Case.What> measured) {
    super(name, about);
    this.config = config;
    this.hand = hand;
    this.measured = measured;
  }

  static Myelin asItComes() {
    return new Myelin(
        "myelin",
        "Myelin nodes, send and inbox, default settings: encrypted, shared memory",
        Manner.DEFAULT::config,
        Hand.SEND,
        BUT_CROWDS);
  }

  static Myelin clear() {
    return new Myelin(
        "myelin-clear",
        "the same, not encrypted, over the socket",
        Manner.CLEAR::config,
        Hand.SEND,
        BUT_CROWDS);
  }

  static Myelin tls() {
    return new Myelin(
        "myelin-tls",
        "the same, encrypted, over the socket",
        Manner.TLS::config,
        Hand.SEND,
        BUT_CROWDS);
  }

  static Myelin post() {
    return new Myelin(
        "myelin-post",
        "the same, not encrypted, post in place of send",
        Manner.CLEAR::config,
        Hand.POST,
        EnumSet.of(Case.What.SMALL));
  }

  static Myelin many() {
    return new Myelin(
        "myelin-many",
        "Myelin nodes on virtual threads, not encrypted, a sign of life each minute",
        Manner.MANY::config,
        Hand.SEND,
        EnumSet.of(Case.What.CONNECTIONS));
  }

  static Myelin manyEncrypted() {
    return new Myelin(
        "myelin-many-tls",
        "the same, encrypted",
        Manner.MANY_TLS::config,
        Hand.SEND,
        EnumSet.of(Case.What.CONNECTIONS));
  }

  /// Returns nodes with other settings than those that come.
  static Myelin tuned(Tuned tuned) {
    return new Myelin(
        tuned.text(), tuned.about(), tuned::config, Hand.SEND, EnumSet.of(Case.What.SETTINGS));
  }

  @Override
  public boolean measures(Case what) {
    return measured.contains(what.what());
  }

  @Override
  Side serve() throws IOException {
    return new Served(Node.start(config.get()));
  }

  @Override
  Side drive(String address) throws IOException, InterruptedException {
    Node node = Node.start(config.get());
    Endpoint server = new Endpoint("127.0.0.1", Integer.parseInt(address));
    return new Driven(node, node.connect(server, LIMIT), config, hand);
  }

  private static final class Served implements Side {
    private final Node node;
    private final Deque<Delivery> held = new ArrayDeque<>();

    Served(Node node) {
      this.node = node;
    }

    @Override
    public String address() {
      return Integer.toString(node.endpoint().port());
    }

    @Override
    public boolean ownMemory() {
      return true;
    }

    /// Holds as many tensors as the other designs have memory to fill, so that ours does not land
    /// in the cache again and again either.
    @Override
    public void flow(Task task, Memory memory) throws Exception {
      long room = task.span() / task.size();
      Delivery last = null;
      for (long i = 0; i < task.count(); i++) {
        if (held.size() >= room) {
          held.removeFirst().close();
        }
        last = node.receive(LIMIT);
        held.addLast(last);
      }
      answer(last);
    }

    private void answer(@Nullable Delivery last) throws Exception {
      if (last != null) {
        try (Tensor word = node.pool().allocate(DType.U8, Shape.of(1))) {
          node.awaitPeer(last.from(), LIMIT).send(NAME, word);
        }
      }
    }

    @Override
    public void trip(Task task, Memory memory, Histogram nanos) throws Exception {
      for (long i = 0; i < task.count(); i++) {
        try (Delivery delivery = node.receive(LIMIT)) {
          node.awaitPeer(delivery.from(), LIMIT).send(NAME, delivery.tensor());
        }
      }
    }

    @Override
    public void beside(Task task, Memory memory, Histogram nanos) throws Exception {
      while (true) {
        try (Delivery delivery = node.receive(LIMIT)) {
          switch (delivery.name()) {
            case BULK -> {}
            case END -> {
              return;
            }
            default -> node.awaitPeer(delivery.from(), LIMIT).send(NAME, delivery.tensor());
          }
        }
      }
    }

    @Override
    public void hold(Task task, Crowd crowd) throws Exception {
      Thread taker = Thread.ofVirtual().start(this::takeAll);
      crowd.awaitConnections(() -> connections() > task.count());
      crowd.weighIdle();
      crowd.awaitConnections(() -> connections() <= 1);
      crowd.weighLeft();
      taker.interrupt();
    }

    private long connections() {
      return node.peers().stream().mapToLong(Peer::connections).sum();
    }

    private void takeAll() {
      try {
        while (true) {
          node.receive(LIMIT).close();
        }
      } catch (IOException | InterruptedException e) {
        // the crowd has gone
      }
    }

    @Override
    public void release() {
      held.forEach(Delivery::close);
      held.clear();
    }

    @Override
    public void close() {
      release();
      node.close();
    }
  }

  private static final class Driven implements Side {
    private final Node node;
    private final Peer peer;
    private final Supplier<NodeConfig> config;
    private final Hand hand;
    private @Nullable TensorPool pool;
    private Tensor[] tensors = {};

    Driven(Node node, Peer peer, Supplier<NodeConfig> config, Hand hand) {
      this.node = node;
      this.peer = peer;
      this.config = config;
      this.hand = hand;
    }

    @Override
    public boolean ownMemory() {
      return true;
    }

    @Override
    public void prepare(Task task, Memory memory) {
      TensorPool taken = TensorPool.open("source", task.span() + 2 * BULK_BYTES);
      pool = taken;
      tensors = new Tensor[(int) (task.span() / task.size())];
      for (int i = 0; i < tensors.length; i++) {
        tensors[i] = taken.allocate(DType.U8, Shape.of(task.size()));
        tensors[i].segment().fill((byte) 7);
      }
    }

    @Override
    public void flow(Task task, Memory memory) throws Exception {
      for (long i = 0; i < task.count(); i++) {
        Tensor tensor = tensors[(int) (i % tensors.length)];
        if (hand == Hand.POST) {
          peer.post(NAME, tensor);
        } else {
          peer.send(NAME, tensor);
        }
      }
      node.receive(LIMIT).close();
    }

    @Override
    public void trip(Task task, Memory memory, Histogram nanos) throws Exception {
      for (long i = 0; i < task.count(); i++) {
        long start = System.nanoTime();
        peer.send(NAME, tensors[0]);
        node.receive(LIMIT).close();
        nanos.recordValue(System.nanoTime() - start);
      }
    }

    @Override
    public void beside(Task task, Memory memory, Histogram nanos) throws Exception {
      TensorPool source = Objects.requireNonNull(pool, "pool");
      AtomicBoolean enough = new AtomicBoolean();
      try (Tensor bulk = source.allocate(DType.U8, Shape.of(BULK_BYTES))) {
        FutureTask<@Nullable Void> filling =
            new FutureTask<>(
                () -> {
                  while (!enough.get()) {
                    peer.send(BULK, bulk);
                  }
                  return null;
                });
        Thread.ofPlatform().name("bulk").start(filling);
        try {
          trip(task, memory, nanos);
        } finally {
          enough.set(true);
          filling.get();
        }
      }
      peer.send(END, tensors[0]);
    }

    /// Bare connections of one further identity: the receipt of a checked tensor is the way back.
    @Override
    public void hold(Task task, Crowd crowd) throws Exception {
      Endpoint server = peer.endpoints().getFirst();
      try (Transport transport = Transport.open(config.get());
          TensorPool answers = TensorPool.open("answers", 1 << 20);
          Tensor tensor = answers.allocate(DType.U8, Shape.of(task.size()))) {
        crowd.drive(() -> new ReceiptLink(transport.dial(server), tensor, Landing.in(answers)));
      }
    }

    private record ReceiptLink(Connection connection, Tensor tensor, Landing landing)
        implements Crowd.Link {
      @Override
      public void trip() throws IOException {
        TensorHeader header =
            new TensorHeader(
                NAME, DType.U8, Shape.of(tensor.byteSize()), TensorHeader.Digest.CRC32C);
        connection.send(new Message.Transfer(connection.nextStream(), header, tensor));
        while (!(connection.receive(landing) instanceof Message.Receipt)) {
          // signs of life, contacts
        }
      }

      @Override
      public void close() {
        connection.close();
      }
    }

    @Override
    public void release() {
      for (Tensor tensor : tensors) {
        tensor.close();
      }
      tensors = new Tensor[0];
      if (pool != null) {
        pool.close();
        pool = null;
      }
    }

    @Override
    public void close() {
      release();
      node.close();
    }
  }
}
