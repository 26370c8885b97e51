package dev.myelin.it;

import dev.myelin.net.Endpoint;
import dev.myelin.net.Node;
import dev.myelin.net.NodeConfig;
import dev.myelin.net.NodeConfig.Finding;
import dev.myelin.net.Peer;
import dev.myelin.net.SendOptions;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.PeerException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/// A well-behaved node that delivers small tensors all the time, and how it fares.
final class GoodPeer implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofMillis(5);
  private static final Duration SOON = Duration.ofSeconds(10);

  private final Node node;
  private final Peer peer;
  private final SendOptions options;
  private final Crew crew = new Crew();
  private final AtomicLong served = new AtomicLong();
  private final AtomicLong worstMillis = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();
  private final AtomicReference<PeerException> firstFailure = new AtomicReference<>();
  private volatile boolean done;

  private GoodPeer(Node node, Peer peer, SendOptions options) {
    this.node = node;
    this.peer = peer;
    this.options = options;
  }

  /// Connects to the node on that port and begins to deliver; waits as long as it must.
  static GoodPeer at(int port) throws Exception {
    return at(port, SendOptions.defaults());
  }

  /// Connects likewise, and delivers so.
  static GoodPeer at(int port, SendOptions options) throws Exception {
    Node node =
        Node.start(
            NodeConfig.of("lab", Identities.KEY)
                .links(Identities.SOCKETS)
                .listen(new Endpoint("127.0.0.1", 0))
                .finding(Finding.only()));
    try {
      GoodPeer good =
          new GoodPeer(node, node.connect(new Endpoint("127.0.0.1", port), SOON), options);
      good.crew.run(good::deliverAllTheTime);
      return good;
    } catch (Exception e) {
      node.close();
      throw e;
    }
  }

  long served() {
    return served.get();
  }

  long worstMillis() {
    return worstMillis.get();
  }

  /// Returns how many deliveries ended with a typed error.
  long failures() {
    return failures.get();
  }

  /// Ends the deliveries and throws what the first that failed threw.
  void requireServed() throws Exception {
    done = true;
    crew.join();
    PeerException failure = firstFailure.get();
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public void close() {
    done = true;
    crew.close();
    node.close();
  }

  private void deliverAllTheTime() throws Exception {
    try (TensorPool pool = TensorPool.open("good", 1 << 20);
        Tensor tensor = Tensors.random(pool, 4096, 1)) {
      while (!done) {
        long begin = System.nanoTime();
        if (!isDelivered(tensor)) {
          continue;
        }
        worstMillis.accumulateAndGet((System.nanoTime() - begin) / 1_000_000, Math::max);
        served.incrementAndGet();
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  private boolean isDelivered(Tensor tensor) throws Exception {
    try {
      peer.deliver("good", tensor, options);
      return true;
    } catch (PeerException e) {
      failures.incrementAndGet();
      firstFailure.compareAndSet(null, e);
      LockSupport.parkNanos(PAUSE.toNanos());
      return false;
    }
  }
}
