package dev.myelin.bench.endtoend;

import dev.myelin.net.Connection;
import dev.myelin.net.Endpoint;
import dev.myelin.net.Listener;
import dev.myelin.net.Transport;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.Landing;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.TensorHeader;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// One connection of ours that the caller's own thread reads: no hand-over to another thread.
///
/// Each task has a connection of its own, because one that nobody reads is declared dead.
final class MyelinConnection extends JavaDesign {
  private final Manner manner;

  private MyelinConnection(String name, String about, Manner manner) {
    super(name, about);
    this.manner = manner;
  }

  static MyelinConnection clear() {
    return new MyelinConnection(
        "myelin-connection",
        "Myelin, one connection read by the calling thread, not encrypted",
        Manner.CLEAR);
  }

  static MyelinConnection tls() {
    return new MyelinConnection("myelin-connection-tls", "the same, encrypted", Manner.TLS);
  }

  static MyelinConnection latency() {
    return new MyelinConnection(
        "myelin-connection-latency", "the same, not encrypted, profile latency", Manner.LATENCY);
  }

  static MyelinConnection shared() {
    return new MyelinConnection(
        "myelin-connection-shared", "the same, over shared memory", Manner.DEFAULT);
  }

  @Override
  public boolean measures(Case what) {
    boolean special = manner == Manner.LATENCY || manner == Manner.DEFAULT;
    return special ? what.what() == Case.What.ROUND_TRIP : super.measures(what);
  }

  @Override
  Side serve() throws IOException {
    Transport transport = Transport.open(manner.config());
    LinkedBlockingQueue<Connection> accepted = new LinkedBlockingQueue<>();
    return new Half(
        transport, transport.listen(manner.config().listening().at(), accepted::add), accepted, 0);
  }

  @Override
  Side drive(String address) throws IOException {
    return new Half(
        Transport.open(manner.config()),
        null,
        new LinkedBlockingQueue<>(),
        Integer.parseInt(address));
  }

  private static final class Half implements Side {
    private final Transport transport;
    private final @Nullable Listener listener;
    private final LinkedBlockingQueue<Connection> accepted;
    private final int port;
    private final Deque<Tensor> held = new ArrayDeque<>();

    /// Lasts as long as the process, as that of a node: what a task needed lies ready for the next.
    private final TensorPool pool = TensorPool.open("bench", 4L << 30);

    private @Nullable Connection connection;

    Half(
        Transport transport,
        @Nullable Listener listener,
        LinkedBlockingQueue<Connection> accepted,
        int port) {
      this.transport = transport;
      this.listener = listener;
      this.accepted = accepted;
      this.port = port;
    }

    @Override
    public String address() {
      return listener == null ? "-" : Integer.toString(listener.endpoint().port());
    }

    @Override
    public boolean ownMemory() {
      return true;
    }

    @Override
    public void prepare(Task task, Memory memory) throws IOException {
      if (listener == null) {
        fill(task);
        connection = transport.dial(new Endpoint("127.0.0.1", port));
      }
    }

    private void fill(Task task) {
      for (long i = 0; i < task.span() / task.size(); i++) {
        Tensor tensor = pool.allocate(DType.U8, Shape.of(task.size()));
        tensor.segment().fill((byte) 7);
        held.addLast(tensor);
      }
    }

    private Connection connection() throws IOException, InterruptedException {
      if (connection == null) {
        connection = accepted.poll(30, TimeUnit.SECONDS);
      }
      if (connection == null) {
        throw new PeerException.TimedOut("nobody dialled within 30 s");
      }
      return connection;
    }

    private Landing landing() {
      return Landing.in(pool);
    }

    @Override
    public void flow(Task task, Memory memory) throws Exception {
      Connection link = connection();
      Landing landing = landing();
      if (listener == null) {
        for (long i = 0; i < task.count(); i++) {
          Tensor tensor = held.removeFirst();
          held.addLast(tensor);
          send(link, tensor);
        }
        next(link, landing).close();
        return;
      }
      long room = task.span() / task.size();
      for (long i = 0; i < task.count(); i++) {
        if (held.size() >= room) {
          held.removeFirst().close();
        }
        held.addLast(next(link, landing));
      }
      send(link, held.getLast());
    }

    @Override
    public void trip(Task task, Memory memory, Histogram nanos) throws Exception {
      Connection link = connection();
      Landing landing = landing();
      for (long i = 0; i < task.count(); i++) {
        if (listener == null) {
          long start = System.nanoTime();
          send(link, held.getFirst());
          next(link, landing).close();
          nanos.recordValue(System.nanoTime() - start);
        } else {
          try (Tensor tensor = next(link, landing)) {
            send(link, tensor);
          }
        }
      }
    }

    private static void send(Connection link, Tensor tensor) throws IOException {
      TensorHeader header =
          new TensorHeader(
              "bench", DType.U8, Shape.of(tensor.byteSize()), TensorHeader.Digest.NONE);
      link.send(new Message.Transfer(link.nextStream(), header, tensor));
    }

    private static Tensor next(Connection link, Landing landing) throws IOException {
      while (true) {
        Message message = link.receive(landing);
        if (message == null) {
          throw new PeerException.Closed("the other half left", false, null);
        }
        if (message instanceof Message.Transfer transfer) {
          return transfer.tensor();
        }
      }
    }

    /// The dialling half has what it waited for and closes first.
    @Override
    public void release() {
      if (connection != null) {
        if (listener != null) {
          awaitEnd(connection);
        }
        connection.close();
        connection = null;
      }
      held.forEach(Tensor::close);
      held.clear();
    }

    private void awaitEnd(Connection link) {
      try {
        link.receive(landing());
      } catch (IOException e) {
        // it ended, in order or not
      }
    }

    @Override
    public void close() {
      if (listener != null) {
        listener.close();
      }
      transport.close();
      pool.close();
    }
  }
}
