package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.wire.PeerException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.logging.Handler;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// Which stock peers come in under which policy.
@Timeout(30)
@ExtendWith(LeakCheck.class)
class StockPolicyTest {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final byte[] TEXT = "tensor".getBytes(StandardCharsets.UTF_8);

  private static NodeConfig compat(String... allowed) {
    return Lab.config().security(Lab.compat(allowed));
  }

  @Test
  void refusesAStockDiallerUnderSecure() throws Exception {
    try (Node node = Node.start(Lab.config());
        SocketChannel stock = StockPeer.dial(node.endpoint(), UUID.randomUUID(), "127.0.0.1")) {
      send(stock, TEXT);
      RawPeer.rest(stock, PATIENCE);
      Lab.eventually(node, "refused-handshake", 1);
      assertThat(node.peers()).isEmpty();
      assertThat(Lab.count(node, "tensors-received")).isZero();
    }
  }

  @Test
  void refusesAStockAcceptorUnderSecure() throws Exception {
    try (ServerSocketChannel server = StockPeer.listen();
        Transport transport = Transport.open(Lab.config())) {
      FutureTask<Connection> dial = Lab.aside(() -> transport.dial(StockPeer.endpoint(server)));
      try (SocketChannel stock = StockPeer.accept(server)) {
        assertThatThrownBy(dial::get)
            .hasCauseInstanceOf(PeerException.Refused.class)
            .hasMessageContaining("compat");
        assertThat(RawPeer.rest(stock, PATIENCE)).as("not a byte of a tensor").isEmpty();
      }
    }
  }

  @Test
  void streamsWithAStockDiallerUnderCompat(TensorPool pool) throws Exception {
    UUID id = UUID.randomUUID();
    try (Node node = Node.start(compat());
        SocketChannel stock = StockPeer.dial(node.endpoint(), id, "127.0.0.1");
        Tensor tensor = Lab.counted(pool, 64)) {
      send(stock, TEXT);
      try (Delivery delivery = node.receive(Lab.SOON)) {
        assertThat(delivery.from()).isEqualTo(PeerId.of(id));
        assertThat(delivery.described()).isFalse();
        assertThat(delivery.tensor().byteSize()).isEqualTo(TEXT.length);
      }
      Peer peer = node.awaitPeer(PeerId.of(id), Lab.SOON);
      assertThat(peer.proven()).isFalse();
      assertThat(peer.deliver("back", tensor, SendOptions.defaults()).confirmed()).isFalse();
      assertThat(nextData(stock)).hasSize(64);
    }
  }

  @Test
  void streamsWithAStockAcceptorUnderCompat(TensorPool pool) throws Exception {
    try (ServerSocketChannel server = StockPeer.listen();
        Node node = Node.start(compat());
        Tensor tensor = Lab.counted(pool, 64)) {
      FutureTask<Peer> connect =
          Lab.aside(() -> node.connect(StockPeer.endpoint(server), Lab.SOON));
      try (SocketChannel stock = StockPeer.accept(server)) {
        send(stock, TEXT);
        node.receive(Lab.SOON).close();
        connect.get().send("there", tensor);
        assertThat(nextData(stock)).hasSize(64);
      }
    }
  }

  @Test
  void letsOnlyTheListedIdsIn() throws Exception {
    UUID listed = UUID.randomUUID();
    try (Node node = Node.start(compat(listed.toString().toUpperCase(java.util.Locale.ROOT)))) {
      assertAllowed(node, listed, "127.0.0.1");
      assertRefused(node, UUID.randomUUID(), "127.0.0.1");
    }
  }

  @Test
  void letsOnlyTheListedAddressesIn() throws Exception {
    try (Node node = Node.start(compat("127.0.0.2"))) {
      assertAllowed(node, UUID.randomUUID(), "127.0.0.2");
      assertRefused(node, UUID.randomUUID(), "127.0.0.3");
    }
  }

  @Test
  void letsOnlyTheListedNetworksIn() throws Exception {
    try (Node node = Node.start(compat("127.0.0.4/30"))) {
      assertAllowed(node, UUID.randomUUID(), "127.0.0.7");
      assertRefused(node, UUID.randomUUID(), "127.0.0.8");
    }
  }

  @Test
  void letsNobodyInForAnEntryThatMeansNothing() throws Exception {
    try (Node node = Node.start(compat("127.0.0.1/99", "127.0.0.1/x"))) {
      assertRefused(node, UUID.randomUUID(), "127.0.0.1");
    }
  }

  @Test
  void stillProvesItselfToPeersThatCan() throws Exception {
    try (Node one = Node.start(compat());
        Node two = Node.start(compat())) {
      assertThat(one.connect(two.endpoint(), Lab.SOON).proven()).isTrue();
    }
  }

  @Test
  void warnsOnceAndSaysWhoMayComeIn() throws Exception {
    List<String> lines = new CopyOnWriteArrayList<>();
    Logger logger = Logger.getLogger(Node.class.getName());
    Handler handler = ListenerSniffTest.listening(lines);
    logger.addHandler(handler);
    NodeConfig config = Lab.encrypted().security(NodeConfig.Security.compat("127.0.0.2"));
    try (Node node = Node.start(config)) {
      assertAllowed(node, UUID.randomUUID(), "127.0.0.2");
      assertAllowed(node, UUID.randomUUID(), "127.0.0.2");
    } finally {
      logger.removeHandler(handler);
    }
    assertThat(lines).hasSize(1);
    assertThat(lines.getFirst()).contains("compat").contains("127.0.0.2");
  }

  @Test
  void keepsAStockPeerThatIsSilentBeyondTheLimit() throws Exception {
    NodeConfig config = Lab.config(Lab.impatient()).security(Lab.compat());
    try (Node node = Node.start(config);
        SocketChannel stock = StockPeer.dial(node.endpoint(), UUID.randomUUID(), "127.0.0.1")) {
      long start = System.nanoTime();
      Lab.eventually("more than the limit", () -> Lab.since(start).toMillis() > 1500);
      assertThat(node.peers().getFirst().state()).isEqualTo(Peer.State.CONNECTED);
      send(stock, TEXT);
      node.receive(Lab.SOON).close();
    }
  }

  @Test
  void givesTheMemoryBackOfAStockTensorThatOutgrowsIt() throws Exception {
    NodeConfig config = Lab.config(Lab.memory(8, 1 << 20)).security(Lab.compat());
    byte[] chunk = new byte[300 << 10];
    try (Node node = Node.start(config);
        SocketChannel stock = StockPeer.dial(node.endpoint(), UUID.randomUUID(), "127.0.0.1")) {
      for (int i = 0; i < 8; i++) {
        RawPeer.write(stock, StockPeer.frame(StockPeer.DATA, 1, i, chunk));
      }
      RawPeer.write(stock, StockPeer.frame(StockPeer.END, 1, 8));
      // Fits as chunks, but not a second time to be joined.
      for (int i = 0; i < 3; i++) {
        RawPeer.write(stock, StockPeer.frame(StockPeer.DATA, 3, i, chunk));
      }
      RawPeer.write(stock, StockPeer.frame(StockPeer.END, 3, 3));
      RawPeer.write(stock, StockPeer.frame(StockPeer.DATA, 5, 0, TEXT));
      RawPeer.write(stock, StockPeer.frame(StockPeer.END, 5, 1));
      try (Delivery delivery = node.receive(Lab.SOON)) {
        assertThat(delivery.name()).isEqualTo("stream-5");
      }
      Lab.eventually("all memory is back", () -> node.pool().outstanding() == 0);
      assertThat(Lab.count(node, "connections-closed")).isZero();
      assertThat(Lab.count(node, "streams-declined")).isEqualTo(2);
    }
  }

  private static void assertAllowed(Node node, UUID id, String from) throws Exception {
    try (SocketChannel stock = StockPeer.dial(node.endpoint(), id, from)) {
      send(stock, TEXT);
      try (Delivery delivery = node.receive(Lab.SOON)) {
        assertThat(delivery.from()).isEqualTo(PeerId.of(id));
      }
    }
  }

  private static void assertRefused(Node node, UUID id, String from) throws Exception {
    long before = Lab.count(node, "refused-handshake");
    try (SocketChannel stock = StockPeer.dial(node.endpoint(), id, from)) {
      send(stock, TEXT);
      RawPeer.rest(stock, PATIENCE);
    }
    Lab.eventually(node, "refused-handshake", before + 1);
  }

  private static void send(SocketChannel stock, byte... bytes) throws Exception {
    byte[] data = StockPeer.frame(StockPeer.DATA, 1, 0, bytes);
    byte[] end = StockPeer.frame(StockPeer.END, 1, 1);
    byte[] both = Arrays.copyOf(data, data.length + end.length);
    System.arraycopy(end, 0, both, data.length, end.length);
    RawPeer.write(stock, both);
  }

  /// Reads past OFFER and signs of life; returns the payload of the first DATA.
  private static byte[] nextData(SocketChannel stock) throws Exception {
    List<Integer> passed = new ArrayList<>();
    while (passed.size() < 100) {
      ByteBuffer header = ByteBuffer.wrap(RawPeer.read(stock, 14));
      byte[] payload = RawPeer.read(stock, header.getInt(10));
      if (header.get(1) == StockPeer.DATA) {
        return payload;
      }
      passed.add((int) header.get(1));
    }
    throw new AssertionError("no DATA among " + passed);
  }
}
