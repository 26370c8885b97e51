package dev.myelin.it;

import dev.myelin.net.Delivery;
import dev.myelin.net.Endpoint;
import dev.myelin.net.Node;
import dev.myelin.net.NodeConfig;
import dev.myelin.net.NodeConfig.Finding;
import dev.myelin.net.Peer;
import dev.myelin.net.Reception;
import dev.myelin.net.SendOptions;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.FaultProxy;
import dev.myelin.testkit.FaultProxy.Direction;
import dev.myelin.testkit.LinkEffect;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.TensorHeader.Digest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;

/// How a node visits a host for a moment: it comes, sends, meets some harm, and goes.
enum Guest {
  /// Sends and is sent to.
  TALKS {
    @Override
    void stay(Node guest, Node host, Tensor tensor) throws IOException, InterruptedException {
      Peer peer = guest.connect(host.endpoint(), SOON);
      for (int i = 0; i < 3; i++) {
        peer.deliver("there", tensor, OPTIONS);
        host.awaitPeer(guest.id(), SOON).deliver("back", tensor, OPTIONS);
      }
    }
  },

  /// Begins tensors and thinks better of it.
  CANCELS {
    @Override
    void stay(Node guest, Node host, Tensor tensor) throws IOException, InterruptedException {
      Peer peer = guest.connect(host.endpoint(), SOON);
      IOException enough = new IOException("enough");
      SendOptions leaving =
          OPTIONS.progress(
              (_, _) -> {
                throw enough;
              });
      for (int i = 0; i < 3; i++) {
        try {
          peer.deliver("cancelled", tensor, leaving);
        } catch (IOException e) {
          requireSame(e, enough);
        }
        peer.deliver("not cancelled", tensor, OPTIONS);
      }
    }
  },

  /// Is reset inside a tensor and comes again.
  IS_RESET {
    @Override
    void stay(Node guest, Node host, Tensor tensor) throws IOException, InterruptedException {
      harmed(guest, host, tensor, new LinkEffect.Reset(tensor.byteSize() / 2));
    }
  },

  /// Is cut off in order inside a tensor and comes again.
  IS_CUT {
    @Override
    void stay(Node guest, Node host, Tensor tensor) throws IOException, InterruptedException {
      harmed(guest, host, tensor, new LinkEffect.Cut(tensor.byteSize() / 2));
    }
  },

  /// Has one bit changed on its way and sends again.
  IS_GARBLED {
    @Override
    void stay(Node guest, Node host, Tensor tensor) throws IOException, InterruptedException {
      harmed(guest, host, tensor, new LinkEffect.FlipBit(tensor.byteSize() / 2, 3));
    }
  };

  private static final Duration SOON = Duration.ofSeconds(30);
  private static final SendOptions OPTIONS =
      SendOptions.defaults().digest(Digest.CRC32C).limit(SOON);

  /// Comes with a tensor of that size and goes.
  void visit(Node host, TensorPool pool, long bytes) throws IOException, InterruptedException {
    try (Tensor tensor = Tensors.random(pool, bytes, bytes);
        Node guest = Node.start(config(), Reception.handler(Delivery::close))) {
      stay(guest, host, tensor);
    }
  }

  abstract void stay(Node guest, Node host, Tensor tensor) throws IOException, InterruptedException;

  static NodeConfig config() {
    return NodeConfig.of("lab", Identities.KEY)
        .listen(new Endpoint("127.0.0.1", 0))
        .finding(Finding.only());
  }

  private static void harmed(Node guest, Node host, Tensor tensor, LinkEffect effect)
      throws IOException, InterruptedException {
    InetSocketAddress target =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), host.endpoint().port());
    try (FaultProxy proxy = FaultProxy.open(target, tensor.byteSize())) {
      Peer peer = guest.connect(new Endpoint("127.0.0.1", proxy.port()), SOON);
      proxy.apply(Direction.TO_TARGET, effect);
      try {
        peer.deliver("harmed", tensor, OPTIONS);
      } catch (PeerException e) {
        // As it must be, where the tensor was not shorter than the harm was far.
      }
      proxy.heal();
      deliverAgain(guest, tensor);
    }
  }

  /// What was lost is dialled again by itself; the first try may meet what is left of the old one.
  private static void deliverAgain(Node guest, Tensor tensor)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + SOON.toNanos();
    while (true) {
      try {
        guest.awaitPeer(SOON).deliver("again", tensor, OPTIONS);
        return;
      } catch (PeerException e) {
        if (System.nanoTime() - deadline > 0) {
          throw e;
        }
      }
    }
  }

  private static void requireSame(IOException actual, IOException expected) throws IOException {
    if (!actual.equals(expected)) {
      throw actual;
    }
  }
}
