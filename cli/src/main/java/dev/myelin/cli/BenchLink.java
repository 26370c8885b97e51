package dev.myelin.cli;

import dev.myelin.net.Connection;
import dev.myelin.net.Endpoint;
import dev.myelin.net.Listener;
import dev.myelin.net.NodeConfig;
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
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Small tensors over one connection that is read and written by one thread on each side: the
/// shortest way through a node.
final class BenchLink {
  private static final long WAIT_SECONDS = 60;

  private final NodeConfig config;
  private final BenchNodeCommand.Load load;

  BenchLink(NodeConfig config, BenchNodeCommand.Load load) {
    this.config = config;
    this.load = load;
  }

  /// Answers whoever dials: each tensor of a round trip, the last one of a flood.
  void serve(RootCommand root, BenchCase what) throws IOException, InterruptedException {
    LinkedBlockingQueue<Connection> accepted = new LinkedBlockingQueue<>();
    try (Transport transport = Transport.open(config);
        Listener listener = transport.listen(config.listening().at(), accepted::add);
        TensorPool pool = TensorPool.open("echo", 1 << 20)) {
      root.print(Json.object("port", listener.endpoint().port()));
      Connection connection = accepted.poll(WAIT_SECONDS, TimeUnit.SECONDS);
      if (connection == null) {
        throw new PeerException.TimedOut("nobody dialled within " + WAIT_SECONDS + " s");
      }
      Landing landing = Landing.in(pool);
      answer(connection, landing, what);
      root.print(Json.object("case", what.text(), "role", "server"));
      connection.receive(landing);
      connection.close();
    }
  }

  private void answer(Connection connection, Landing landing, BenchCase what) throws IOException {
    int total = load.warmup() + load.count();
    for (int i = 1; i <= total; i++) {
      try (Tensor tensor = next(connection, landing)) {
        if (what == BenchCase.ROUND_TRIP || i == load.warmup() || i == total) {
          connection.send(transfer(connection, tensor));
        }
      }
    }
  }

  /// Returns how long each trip there and back took, in microseconds.
  double[] trips(Endpoint server, Tensor tensor) throws IOException {
    double[] micros = new double[load.count()];
    try (Transport transport = Transport.open(config);
        TensorPool pool = TensorPool.open("echo", 1 << 20);
        Connection connection = transport.dial(server)) {
      Landing landing = Landing.in(pool);
      for (int i = -load.warmup(); i < load.count(); i++) {
        long start = System.nanoTime();
        connection.send(transfer(connection, tensor));
        next(connection, landing).close();
        if (i >= 0) {
          micros[i] = (System.nanoTime() - start) / 1e3;
        }
      }
    }
    return micros;
  }

  /// Returns how many tensors went one way in a second.
  double flood(Endpoint server, Tensor tensor) throws IOException {
    try (Transport transport = Transport.open(config);
        TensorPool pool = TensorPool.open("echo", 1 << 20);
        Connection connection = transport.dial(server)) {
      Landing landing = Landing.in(pool);
      send(connection, tensor, load.warmup());
      next(connection, landing).close();
      long start = System.nanoTime();
      send(connection, tensor, load.count());
      next(connection, landing).close();
      return load.count() / ((System.nanoTime() - start) / 1e9);
    }
  }

  private static void send(Connection connection, Tensor tensor, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      connection.send(transfer(connection, tensor));
    }
  }

  private static Message transfer(Connection connection, Tensor tensor) {
    TensorHeader header =
        new TensorHeader("echo", DType.U8, Shape.of(tensor.byteSize()), TensorHeader.Digest.NONE);
    return new Message.Transfer(connection.nextStream(), header, tensor);
  }

  private static Tensor next(Connection connection, Landing landing) throws IOException {
    while (true) {
      Message message = connection.receive(landing);
      if (message == null) {
        throw new PeerException.Closed("the other side left", false, null);
      }
      if (message instanceof Message.Transfer transfer) {
        return transfer.tensor();
      }
    }
  }
}
