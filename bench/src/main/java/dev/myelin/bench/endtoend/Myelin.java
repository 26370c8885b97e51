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
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// Our nodes as anybody uses them: `send` and the inbox, every setting as it comes.
final class Myelin extends JavaDesign {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String NAME = "bench";

  Myelin() {
    super("myelin", "Myelin nodes, send and inbox, default settings");
  }

  @Override
  public boolean measures(Case what) {
    return true;
  }

  /// Returns the configuration of a node that only the other half can find and join.
  static NodeConfig config() {
    String key = System.getenv("MYELIN_BENCH_KEY");
    if (key == null) {
      throw new IllegalStateException("MYELIN_BENCH_KEY: not set (expected: a key)");
    }
    return NodeConfig.of("bench", key)
        .listen(new Endpoint("127.0.0.1", 0))
        .finding(NodeConfig.Finding.only());
  }

  @Override
  Side serve() throws IOException {
    return new Served(Node.start(config()));
  }

  @Override
  Side drive(String address) throws IOException, InterruptedException {
    Node node = Node.start(config());
    Endpoint server = new Endpoint("127.0.0.1", Integer.parseInt(address));
    return new Driven(node, node.connect(server, LIMIT));
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
        last = node.receive(LIMIT);
        held.addLast(last);
        if (held.size() >= room && i + 1 < task.count()) {
          held.removeFirst().close();
        }
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
    private @Nullable TensorPool pool;
    private Tensor[] tensors = {};

    Driven(Node node, Peer peer) {
      this.node = node;
      this.peer = peer;
    }

    @Override
    public boolean ownMemory() {
      return true;
    }

    @Override
    public void prepare(Task task, Memory memory) {
      TensorPool taken = TensorPool.open("source", task.span() + (64L << 20));
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
        peer.send(NAME, tensors[(int) (i % tensors.length)]);
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

    /// Bare connections of one further identity: the receipt of a checked tensor is the way back.
    @Override
    public void hold(Task task, Crowd crowd) throws Exception {
      Endpoint server = peer.endpoints().getFirst();
      try (Transport transport = Transport.open(config());
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
