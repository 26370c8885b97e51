package dev.myelin.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.myelin.net.Delivery;
import dev.myelin.net.Endpoint;
import dev.myelin.net.Node;
import dev.myelin.net.NodeConfig;
import dev.myelin.net.NodeConfig.Finding;
import dev.myelin.net.NodeConfig.Finding.Means;
import dev.myelin.net.NodeConfig.Security;
import dev.myelin.net.NodeListener;
import dev.myelin.net.Peer;
import dev.myelin.net.Receipt;
import dev.myelin.net.SendOptions;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.PeerException;
import java.io.IOException;
import java.net.DatagramSocket;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Crosses our node with a plain Python peer that has the habits of a stock one.
///
/// Every way to meet is crossed with every load, and each load goes both ways.
@Timeout(60)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PythonPeerInteropIT {
  private static final String COMMUNITY = "lab";
  private static final Duration SOON = Duration.ofSeconds(15);
  private static final long IDLE_SECONDS = 65;

  /// How the two meet.
  enum Way {
    WE_DIAL_A_STATIC_PEER,
    IT_DIALS_A_STATIC_PEER,
    WE_DIAL_WHAT_WE_DISCOVER,
    IT_DIALS_WHAT_IT_DISCOVERS
  }

  /// What goes each way.
  enum Load {
    EMPTY(1, 0, 1 << 20),
    ONE_BYTE(1, 1, 1 << 20),
    EXACTLY_FOUR_CHUNKS(1, 4 << 10, 1 << 10),
    TEN_MEBIBYTES(1, 10 << 20, 1 << 20),
    ONE_CHUNK_OF_TEN_MEBIBYTES(1, 10 << 20, 10 << 20),
    THREE_AT_ONCE(3, (1 << 20) + 7, 1 << 16);

    final int streams;
    final int bytes;
    final int chunk;

    Load(int streams, int bytes, int chunk) {
      this.streams = streams;
      this.bytes = bytes;
      this.chunk = chunk;
    }
  }

  private static Node idleNode;
  private static PythonPeer idlePeer;
  private static long idleSince;

  @BeforeAll
  static void beginToIdle() throws Exception {
    idlePeer = PythonPeer.start(COMMUNITY, Identities.KEY);
    idleNode = Node.start(config(Finding.only("127.0.0.1:" + idlePeer.port()), compat()));
    idlePeer.await("accepted");
    idleSince = System.nanoTime();
  }

  @AfterAll
  static void end() {
    idleNode.close();
    idlePeer.close();
  }

  static Stream<Arguments> everyWayWithEveryLoad() {
    return Stream.of(Way.values())
        .flatMap(way -> Stream.of(Load.values()).map(load -> Arguments.of(way, load)));
  }

  @ParameterizedTest
  @MethodSource("everyWayWithEveryLoad")
  @Order(1)
  void carriesStreamsBothWays(Way way, Load load) throws Exception {
    try (Meeting meeting = Meeting.by(way)) {
      sendToUs(meeting, load);
      sendToIt(meeting, load);
      assertThat(meeting.node.pool().outstanding()).isZero();
    }
  }

  @Test
  @Order(2)
  void refusesItUnderPolicySecureAndSaysWhy() throws Exception {
    BlockingQueue<String> reasons = new ArrayBlockingQueue<>(100);
    try (PythonPeer python = PythonPeer.start(COMMUNITY, Identities.KEY);
        Node node = Node.start(config(Finding.only(), Security.secure()))) {
      node.addListener(noting(reasons));
      python.dial(node.endpoint().port());
      python.await("dial-failed"); // not a byte of ours
      assertThat(reasons.poll(10, TimeUnit.SECONDS)).contains("stock ASoc node", "compat");
      assertThatThrownBy(() -> node.connect(new Endpoint("127.0.0.1", python.port()), SOON))
          .isInstanceOf(PeerException.class)
          .hasMessageContaining("compat");
      assertThat(node.peers()).noneMatch(peer -> peer.state() == Peer.State.CONNECTED);
    }
  }

  @Test
  @Order(3)
  void letsItInUnderPolicyCompatOnlyIfListed() throws Exception {
    BlockingQueue<String> reasons = new ArrayBlockingQueue<>(100);
    try (PythonPeer listed = PythonPeer.start(COMMUNITY, Identities.KEY);
        PythonPeer unlisted = PythonPeer.start(COMMUNITY, Identities.KEY);
        Node node = Node.start(config(Finding.only(), Security.compat(listed.id())))) {
      node.addListener(noting(reasons));
      unlisted.dial(node.endpoint().port());
      unlisted.await("closed");
      assertThat(reasons.poll(10, TimeUnit.SECONDS)).isNotNull();
      listed.dial(node.endpoint().port());
      assertThat(node.awaitPeer(SOON).id().orElseThrow().text()).isEqualTo(listed.id());
    }
  }

  @Test
  @Order(4)
  void refusesItWithAnotherKeyBothWays() throws Exception {
    try (PythonPeer python = PythonPeer.start(COMMUNITY, "another key of sixteen bytes");
        Node node = Node.start(config(Finding.only(), compat()))) {
      python.dial(node.endpoint().port());
      python.await("dial-failed");
      assertThatThrownBy(() -> node.connect(new Endpoint("127.0.0.1", python.port()), SOON))
          .isInstanceOf(PeerException.class);
      assertThat(python.heard("accepted")).isEmpty();
    }
  }

  @Test
  @Order(5)
  void keepsAStockDiallerQuietByDiallingItFirst() throws Exception {
    try (Meeting meeting = Meeting.by(Way.WE_DIAL_WHAT_WE_DISCOVER)) {
      JsonNode first = meeting.python.await("accepted");
      assertThat(first.path("peer").asText()).isEqualTo(meeting.node.id().text());
      // A stock node that had to dial would do so again every 2 s.
      meeting.python.expectNoMore("dialled", Duration.ofSeconds(5));
      sendToUs(meeting, Load.ONE_BYTE);
    }
  }

  @Test
  @Order(6)
  void sendsOnTheNewestOfSeveralConnectionsAndLetsOldOnesRunOut() throws Exception {
    try (Meeting meeting = Meeting.by(Way.IT_DIALS_A_STATIC_PEER)) {
      meeting.python.dial(meeting.node.endpoint().port());
      JsonNode newest = meeting.python.await("dialled", each -> each.path("conn").asInt() == 2);
      sendToUs(meeting, Load.ONE_BYTE);
      Receipt receipt = sendOne(meeting, Load.EXACTLY_FOUR_CHUNKS, 1);
      assertThat(receipt.confirmed()).isFalse();
      assertThat(meeting.python.await("received").path("conn")).isEqualTo(newest.path("conn"));
      assertThat(meeting.python.heard("closed")).isEmpty();
    }
  }

  @Test
  @Order(100)
  @Timeout(100)
  void keepsAnIdleConnectionBeyondSixtySeconds() throws Exception {
    long left = IDLE_SECONDS - (System.nanoTime() - idleSince) / 1_000_000_000;
    idlePeer.expectNoMore("closed", Duration.ofSeconds(Math.max(1, left)));
    JsonNode state = idlePeer.state("idle");
    assertThat(idlePeer.heard("closed")).isEmpty();
    assertThat(state.path("open")).hasSize(1);
    assertThat(state.path("ignored").path("3").asInt()).as("signs of life").isPositive();
  }

  private static void sendToUs(Meeting meeting, Load load) throws Exception {
    sendToUs(meeting, load, "load");
  }

  private static void sendToUs(Meeting meeting, Load load, String tag) throws Exception {
    for (int i = 0; i < load.streams; i++) {
      meeting.python.send(tag + i, load.bytes, load.chunk);
    }
    for (int i = 0; i < load.streams; i++) {
      String each = tag + i;
      JsonNode sent =
          meeting.python.await("sent", event -> event.path("tag").asText().equals(each));
      try (Delivery delivery = meeting.node.receive(SOON)) {
        assertThat(delivery.tensor().byteSize()).isEqualTo(load.bytes);
        assertThat(delivery.described()).isFalse();
        assertThat(delivery.name()).startsWith("stream-");
        assertThat(Tensors.sha256(delivery.tensor())).isEqualTo(sent.path("sha256").asText());
      }
    }
  }

  private static void sendToIt(Meeting meeting, Load load) throws Exception {
    Set<String> expected = new HashSet<>();
    try (TensorPool pool = TensorPool.open("sent", 64 << 20);
        Crew crew = new Crew()) {
      for (int i = 0; i < load.streams; i++) {
        Tensor tensor = Tensors.random(pool, load.bytes, i);
        expected.add(Tensors.sha256(tensor));
        crew.run(
            () -> {
              try (tensor) {
                meeting.peer.send("tensor", tensor);
              }
            });
      }
      crew.join();
    }
    Set<String> seen = new HashSet<>();
    while (seen.size() < expected.size()) {
      seen.add(
          meeting
              .python
              .await(
                  "received",
                  each ->
                      each.path("length").asInt() == load.bytes
                          && !seen.contains(each.path("sha256").asText()))
              .path("sha256")
              .asText());
    }
    assertThat(seen).isEqualTo(expected);
  }

  private static Receipt sendOne(Meeting meeting, Load load, long seed) throws Exception {
    try (TensorPool pool = TensorPool.open("sent", 64 << 20);
        Tensor tensor = Tensors.random(pool, load.bytes, seed)) {
      return meeting.peer.deliver("tensor", tensor, SendOptions.defaults());
    }
  }

  private static NodeListener noting(BlockingQueue<String> reasons) {
    return new NodeListener() {
      @Override
      public void refused(Endpoint remote, String reason) {
        assertThat(reasons.offer(reason)).isTrue();
      }
    };
  }

  private static Security compat() {
    return Security.compat();
  }

  private static NodeConfig config(Finding finding, Security security) {
    return NodeConfig.of(COMMUNITY, Identities.KEY)
        .listen(new Endpoint("127.0.0.1", 0))
        .finding(finding)
        .security(security);
  }

  /// A node of ours and a Python peer that have met.
  private record Meeting(Node node, PythonPeer python, Peer peer) implements AutoCloseable {
    static Meeting by(Way way) throws Exception {
      return switch (way) {
        case WE_DIAL_A_STATIC_PEER -> {
          PythonPeer python = PythonPeer.start(COMMUNITY, Identities.KEY);
          yield met(Finding.only("127.0.0.1:" + python.port()), python);
        }
        case IT_DIALS_A_STATIC_PEER -> {
          PythonPeer python = PythonPeer.start(COMMUNITY, Identities.KEY);
          Node node = Node.start(config(Finding.only(), compat()));
          python.dialForEver(node.endpoint().port());
          yield of(node, python);
        }
        case WE_DIAL_WHAT_WE_DISCOVER -> discovered("--broadcast-to", "127.255.255.255");
        case IT_DIALS_WHAT_IT_DISCOVERS -> discovered("--silent");
      };
    }

    private static Meeting discovered(String... options) throws Exception {
      int port = freeUdpPort();
      String[] all =
          Stream.concat(Stream.of("--discovery", "" + port), Stream.of(options))
              .toArray(String[]::new);
      PythonPeer python = PythonPeer.start(COMMUNITY, Identities.KEY, all);
      return met(new Finding(Set.of(Means.BROADCAST), List.of(), Optional.empty(), port), python);
    }

    private static Meeting met(Finding finding, PythonPeer python) throws Exception {
      return of(Node.start(config(finding, compat())), python);
    }

    private static Meeting of(Node node, PythonPeer python) throws Exception {
      Peer peer = node.awaitPeer(SOON);
      return new Meeting(node, python, peer);
    }

    @Override
    public void close() {
      node.close();
      python.close();
    }
  }

  private static int freeUdpPort() throws IOException {
    try (DatagramSocket socket = new DatagramSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
