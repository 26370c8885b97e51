package dev.myelin.cli;

import dev.myelin.net.Connection;
import dev.myelin.net.Delivery;
import dev.myelin.net.Endpoint;
import dev.myelin.net.Node;
import dev.myelin.net.NodeConfig;
import dev.myelin.net.NodeConfig.Finding;
import dev.myelin.net.Peer;
import dev.myelin.net.PeerId;
import dev.myelin.net.Receipt;
import dev.myelin.net.SendOptions;
import dev.myelin.net.Transport;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.TensorHeader;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.DatagramSocket;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;

/// Three nodes on loopback and what they are put through.
final class SelfTest implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final Duration NOTICE = Duration.ofSeconds(3);
  private static final long TENSOR_BYTES = 8L << 20;

  /// One thing that should work.
  record Step(String name, Action action) {}

  /// Does it and says in words what was seen.
  interface Action {
    String run() throws IOException, InterruptedException;
  }

  private final String key;
  private final String community;
  private final int broadcastPort;
  private final List<Node> nodes = new ArrayList<>();
  private final TensorPool pool = TensorPool.open("check", 4 * TENSOR_BYTES);

  SelfTest() throws IOException {
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    this.key = HexFormat.of().formatHex(random);
    this.community = "check-" + key.substring(0, 8);
    try (DatagramSocket socket = new DatagramSocket()) {
      this.broadcastPort = socket.getLocalPort();
    }
  }

  List<Step> steps() {
    return List.of(
        new Step("two nodes start", this::startTwo),
        new Step("they discover each other", this::discover),
        new Step("a tensor arrives whole", this::sendOne),
        new Step("and back", this::sendBack),
        new Step("a third joins by address", this::join),
        new Step("a wrong key is refused", this::refuse),
        new Step("one leaves, the others go on", this::leave),
        new Step("it is back", this::comeBack),
        new Step("no memory is left out", this::countMemory));
  }

  @Override
  public void close() {
    nodes.forEach(Node::close);
    pool.close();
  }

  private String startTwo() throws IOException {
    Finding finding =
        new Finding(
            Set.of(Finding.Means.BROADCAST, Finding.Means.MULTICAST, Finding.Means.GOSSIP),
            List.of(),
            java.util.Optional.empty(),
            broadcastPort);
    nodes.add(Node.start(config(0).finding(finding)));
    nodes.add(Node.start(config(0).finding(finding)));
    return "on " + nodes.get(0).endpoint() + " and " + nodes.get(1).endpoint();
  }

  private String discover() throws IOException, InterruptedException {
    try {
      Peer peer = nodes.get(0).awaitPeer(nodes.get(1).id(), LIMIT);
      return "by "
          + peer.source()
          + ", key "
          + (peer.proven() ? "proven mutually" : "NOT proven")
          + ", "
          + peer.protection().orElse("not connected any more");
    } catch (PeerException.TimedOut e) {
      nodes.get(0).connect(nodes.get(1).endpoint(), LIMIT);
      throw e;
    }
  }

  private String sendOne() throws IOException, InterruptedException {
    return send(nodes.get(0), nodes.get(1));
  }

  private String sendBack() throws IOException, InterruptedException {
    return send(nodes.get(1), nodes.get(0));
  }

  private String send(Node from, Node to) throws IOException, InterruptedException {
    try (Tensor tensor = pool.allocate(DType.F32, Shape.of(TENSOR_BYTES / 4096, 1024))) {
      fill(tensor.segment());
      long start = System.nanoTime();
      Peer peer = from.awaitPeer(to.id(), LIMIT);
      SendOptions how = SendOptions.defaults().digest(TensorHeader.Digest.SHA256).limit(LIMIT);
      Receipt receipt = peer.deliver("check", tensor, how);
      Duration time = Duration.ofNanos(System.nanoTime() - start);
      try (Delivery delivery = to.receive(LIMIT)) {
        if (tensor.segment().mismatch(delivery.tensor().segment()) >= 0) {
          throw new IOException("the bytes differ");
        }
        if (!receipt.confirmed()) {
          throw new IOException("the receiver did not confirm");
        }
        return Words.bytes(receipt.bytes())
            + ", "
            + Words.rate(receipt.bytes(), time)
            + ", SHA-256 and every byte compared";
      }
    }
  }

  private String join() throws IOException, InterruptedException {
    Node third = Node.start(config(0));
    nodes.add(third);
    Peer first = third.connect(nodes.get(0).endpoint(), LIMIT);
    nodes.get(0).awaitPeer(third.id(), LIMIT);
    return "connected with "
        + first.id().map(PeerId::brief).orElse("?")
        + "; "
        + send(third, nodes.get(0));
  }

  private String refuse() throws IOException {
    NodeConfig stranger = NodeConfig.of(community, key.substring(1) + "x").finding(Finding.only());
    try (Transport transport = Transport.open(stranger);
        Connection connection = transport.dial(nodes.get(0).endpoint())) {
      throw new IOException("a node with another key was let in at " + connection.remote());
    } catch (PeerException e) {
      return "as it should be";
    }
  }

  private String leave() throws IOException, InterruptedException {
    PeerId gone = nodes.get(2).id();
    long start = System.nanoTime();
    nodes.remove(2).close();
    while (Targets.connected(nodes.get(0)).stream()
        .anyMatch(peer -> peer.id().filter(gone::equals).isPresent())) {
      if (System.nanoTime() - start > NOTICE.toNanos()) {
        throw new IOException("its end was not noticed within " + Words.time(NOTICE));
      }
      Thread.sleep(2);
    }
    String noticed = Words.time(Duration.ofNanos(System.nanoTime() - start));
    return "noticed within " + noticed + "; " + sendOne();
  }

  private String comeBack() throws IOException, InterruptedException {
    return join();
  }

  private String countMemory() throws IOException {
    for (Node node : nodes) {
      long out = node.pool().outstanding();
      if (out != 0) {
        throw new IOException(
            Words.bytes(out) + " of tensors are still out at " + node.id().brief());
      }
    }
    return "all given back";
  }

  private NodeConfig config(int port) {
    return NodeConfig.of(community, key)
        .listen(new Endpoint("127.0.0.1", port))
        .finding(Finding.only());
  }

  private static void fill(MemorySegment segment) {
    Random random = new Random(7);
    for (long at = 0; at < segment.byteSize(); at += 4) {
      segment.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at, random.nextFloat());
    }
  }
}
