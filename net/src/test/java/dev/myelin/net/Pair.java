package dev.myelin.net;

import dev.myelin.testkit.FaultProxy;
import dev.myelin.wire.Limits;
import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/// Two transports with one connection between them, through a proxy that can do harm; nobody reads
/// unless a test does.
final class Pair implements AutoCloseable {
  final Transport left;
  final Transport right;
  final FaultProxy proxy;

  /// The dialler's end.
  final Connection near;

  /// The acceptor's end.
  final Connection far;

  private Pair(Transport left, Transport right, FaultProxy proxy, Connection near, Connection far) {
    this.left = left;
    this.right = right;
    this.proxy = proxy;
    this.near = near;
    this.far = far;
  }

  static Pair open(Limits limits) throws IOException, InterruptedException {
    Transport left = Transport.open(Lab.config(limits));
    Transport right = Transport.open(Lab.config(limits));
    BlockingQueue<Connection> accepted = new ArrayBlockingQueue<>(1);
    Listener listener = right.listen(Lab.LOOPBACK, accepted::add);
    FaultProxy proxy = FaultProxy.open(Lab.address(listener.endpoint()), 1);
    Connection near = left.dial(Lab.at(proxy.port()));
    Connection far = accepted.poll(Lab.SOON.toSeconds(), TimeUnit.SECONDS);
    if (far == null) {
      throw new IOException("nothing accepted");
    }
    return new Pair(left, right, proxy, near, far);
  }

  @Override
  public void close() throws IOException {
    near.release();
    far.release();
    left.close();
    right.close();
    proxy.close();
  }
}
