package dev.myelin.examples;

import dev.myelin.net.Connection;
import dev.myelin.net.Endpoint;
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
import java.time.Duration;
import java.util.Arrays;

/// How do I get the shortest round trip? With a bare connection, read in the caller's own thread:
/// no node, no inbox, no hand-over from thread to thread.
public final class RoundTrip {
  private RoundTrip() {}

  /// Measures the round trip of a 64-byte tensor over loopback and prints the median.
  ///
  /// @param arguments none
  public static void main(String... arguments) throws IOException {
    NodeConfig config = NodeConfig.of("lab", "a key that only this process knows");
    try (Transport server = Transport.open(config);
        Transport client =
            Transport.open(NodeConfig.of("lab", "a key that only this process knows"));
        TensorPool pool = TensorPool.open("example", 16 << 20)) {
      Endpoint at = listen(server, new Endpoint("127.0.0.1", 0), pool);
      Duration median = measure(client, at, pool, 20_000);
      System.out.println("median of 20000: " + median.toNanos() / 1_000.0 + " us");
    }
  }

  /// Listens and sends every tensor back to whom it came from.
  static Endpoint listen(Transport transport, Endpoint at, TensorPool pool) throws IOException {
    Landing landing = Landing.in(pool);
    return transport
        .listen(
            at, connection -> Thread.ofPlatform().daemon().start(() -> echo(connection, landing)))
        .endpoint();
  }

  private static void echo(Connection connection, Landing landing) {
    try (connection) {
      Message message;
      while ((message = connection.receive(landing)) != null) {
        if (message instanceof Message.Transfer transfer) {
          sendBack(connection, transfer);
        }
      }
    } catch (IOException e) {
      System.err.println(connection.remote() + ": " + e.getMessage());
    }
  }

  private static void sendBack(Connection connection, Message.Transfer transfer)
      throws IOException {
    try (Tensor tensor = transfer.tensor()) {
      connection.send(new Message.Transfer(connection.nextStream(), transfer.header(), tensor));
    }
  }

  /// Sends a tensor of 64 bytes to and fro and returns the median time.
  static Duration measure(Transport transport, Endpoint to, TensorPool pool, int rounds)
      throws IOException {
    TensorHeader header =
        new TensorHeader("ping", DType.U8, Shape.of(64), TensorHeader.Digest.NONE);
    Landing landing = Landing.in(pool);
    long[] nanos = new long[rounds];
    try (Connection connection = transport.dial(to);
        Tensor tensor = pool.allocate(header.dtype(), header.shape())) {
      for (int i = 0; i < rounds; i++) {
        long begin = System.nanoTime();
        connection.send(new Message.Transfer(connection.nextStream(), header, tensor));
        awaitTensor(connection, landing).close();
        nanos[i] = System.nanoTime() - begin;
      }
    }
    Arrays.sort(nanos);
    return Duration.ofNanos(nanos[rounds / 2]);
  }

  private static Tensor awaitTensor(Connection connection, Landing landing) throws IOException {
    Message message;
    while ((message = connection.receive(landing)) != null) {
      if (message instanceof Message.Transfer transfer) {
        return transfer.tensor();
      }
    }
    throw new PeerException.Closed(connection.remote() + " left before it answered", true, null);
  }
}
