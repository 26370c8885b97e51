package dev.myelin.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.net.Messaging;
import dev.myelin.net.pattern.PatternSocket;
import dev.myelin.net.pattern.Puller;
import dev.myelin.net.pattern.Requester;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.CurveKey;
import dev.myelin.wire.parts.PartsSecurity;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Meets libzmq with keys and passwords, right and wrong, with the wrong kind of socket, and with a
/// process that is stopped or killed.
@Timeout(60)
class ZmqTroubleInteropIT {
  private static final String ANY_PORT = "tcp://127.0.0.1:*";
  private static final Duration SHORT = Duration.ofSeconds(1);
  private static final Duration MOMENT = Duration.ofMillis(20);
  private static final List<Integer> LOAD = List.of(7, 300, 1 << 20);

  private final CurveKey.Pair server = CurveKey.Pair.random();
  private final CurveKey.Pair client = CurveKey.Pair.random();
  private LibzmqPeer libzmq;
  private Messaging messaging;

  @BeforeAll
  @Timeout(300)
  static void preparePython() throws Exception {
    Python.program();
  }

  @BeforeEach
  void open() throws Exception {
    libzmq = LibzmqPeer.start();
    messaging = Messaging.open();
  }

  @AfterEach
  void close() {
    messaging.close();
    libzmq.close();
  }

  @Test
  void letsAClientInByItsKeyAndNoOther() throws Exception {
    PartsSecurity proof =
        new PartsSecurity.CurveServer(
            server, claim -> claim.key().equals(client.publicKey().toZ85()) ? "it" : null);
    try (OurSocket ours = ours("PULL", proof);
        Party stranger = libzmq.socket("PUSH", curveClient(CurveKey.Pair.random()));
        Party its = libzmq.socket("PUSH", curveClient(client))) {
      String at = ours.bind(ANY_PORT);
      stranger.connect(at);
      Introductions.awaitFailure(ours.socket());
      assertThat(ours.socket().peers()).isZero();
      its.connect(at);
      its.send(LOAD);
      ours.expect(LOAD);
    }
  }

  @Test
  void isLetInByItsKeyAndNotWithAnother() throws Exception {
    Map<String, Object> proof =
        Map.of(
            "curve_server",
            Map.of(
                "public",
                server.publicKey().toZ85(),
                "secret",
                server.secretKey().toZ85(),
                "clients",
                List.of(client.publicKey().toZ85())));
    try (Party its = libzmq.socket("PULL", proof);
        OurSocket stranger = ours("PUSH", curve(CurveKey.Pair.random()));
        OurSocket ours = ours("PUSH", curve(client))) {
      String at = its.bind(ANY_PORT);
      stranger.connect(at);
      Introductions.awaitFailure(stranger.socket());
      ours.connect(at);
      its.ready();
      ours.send(LOAD);
      its.expect(LOAD);
    }
  }

  @Test
  void letsAClientInByItsPasswordAndNoOther() throws Exception {
    PartsSecurity proof =
        new PartsSecurity.PlainServer(
            claim -> claim.user().equals("ada") && claim.password().equals("right") ? "it" : null);
    try (OurSocket ours = ours("PULL", proof);
        Party stranger = libzmq.socket("PUSH", plain("plain_client", "wrong"));
        Party its = libzmq.socket("PUSH", plain("plain_client", "right"))) {
      String at = ours.bind(ANY_PORT);
      stranger.connect(at);
      Introductions.awaitFailure(ours.socket());
      assertThat(ours.socket().peers()).isZero();
      its.connect(at);
      its.send(LOAD);
      ours.expect(LOAD);
    }
  }

  @Test
  void isLetInByItsPasswordAndNotWithAnother() throws Exception {
    try (Party its = libzmq.socket("PULL", plain("plain_server", "right"));
        OurSocket stranger = ours("PUSH", new PartsSecurity.PlainClient("ada", "wrong"));
        OurSocket ours = ours("PUSH", new PartsSecurity.PlainClient("ada", "right"))) {
      String at = its.bind(ANY_PORT);
      stranger.connect(at);
      Introductions.awaitFailure(stranger.socket());
      ours.connect(at);
      its.ready();
      ours.send(LOAD);
      its.expect(LOAD);
    }
  }

  @Test
  void turnsAnotherMechanismAway() throws Exception {
    try (OurSocket ours = ours("PULL", new PartsSecurity.CurveServer(server, _ -> ""));
        Party open = libzmq.socket("PUSH");
        Party its = libzmq.socket("PUSH", curveClient(client))) {
      String at = ours.bind(ANY_PORT);
      open.connect(at);
      Introductions.awaitFailure(ours.socket());
      its.connect(at);
      its.send(LOAD);
      ours.expect(LOAD);
    }
  }

  @Test
  void turnsTheWrongKindOfSocketAwayAndTakesTheRightOne() throws Exception {
    try (OurSocket ours = OurSocket.open(messaging, "PULL");
        Party wrong = libzmq.socket("PUB");
        Party its = libzmq.socket("PUSH")) {
      String at = ours.bind(ANY_PORT);
      wrong.connect(at);
      Introductions.awaitFailure(ours.socket());
      its.connect(at);
      its.send(LOAD);
      ours.expect(LOAD);
      assertThat(ours.socket().peers()).isEqualTo(1);
    }
  }

  @Test
  void answersTheHeartbeatsOfAPeer() throws Exception {
    Map<String, Object> asking =
        Map.of(
            "monitor",
            true,
            "options",
            Map.of("HEARTBEAT_IVL", 50, "HEARTBEAT_TIMEOUT", 200, "HEARTBEAT_TTL", 300));
    LibzmqPeer.Socket its = libzmq.socket("PUSH", asking);
    try (OurSocket ours = OurSocket.open(messaging, "PULL")) {
      its.connect(ours.bind(ANY_PORT));
      assertThat(its.changes(SHORT)).contains("HANDSHAKE_SUCCEEDED").doesNotContain("DISCONNECTED");
      its.send(LOAD);
      ours.expect(LOAD);
    }
    its.close();
  }

  @Test
  void noticesAPeerThatStandsStillAndTakesItBack() throws Exception {
    try (Puller puller = messaging.puller();
        Party its = libzmq.socket("PUSH")) {
      its.connect(puller.bind(ANY_PORT));
      assertThat(puller.awaitPeers(1, Party.SOON)).isTrue();
      libzmq.process().signal("STOP");
      long begin = System.nanoTime();
      awaitNobody(puller);
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(4));
      libzmq.process().signal("CONT");
      its.send(List.of(5));
      puller.pull(Party.SOON).close();
    }
  }

  @Test
  void tellsOfAReplierThatIsKilledWithTheRequest() throws Exception {
    try (Requester requester = messaging.requester()) {
      LibzmqPeer other = LibzmqPeer.start();
      other.socket("REP").connect(requester.bind(ANY_PORT));
      assertThat(requester.awaitPeers(1, Party.SOON)).isTrue();
      requester.send(Loads.message(LOAD));
      other.process().signal("KILL");
      assertThatThrownBy(() -> requester.receive(Party.SOON))
          .isInstanceOf(PeerException.Closed.class)
          .hasMessageContaining("left before it replied");
      other.close();
      Party next = libzmq.socket("REP");
      next.connect(requester.bound().getFirst());
      next.echo();
      requester.request(Loads.message(LOAD)).close();
      next.close();
    }
  }

  private OurSocket ours(String role, PartsSecurity proof) {
    SocketOptions plain = SocketOptions.defaults();
    return OurSocket.open(
        messaging, role, plain.waits(plain.waits().calls(Party.SOON, Party.SOON)).security(proof));
  }

  private PartsSecurity curve(CurveKey.Pair own) {
    return new PartsSecurity.CurveClient(server.publicKey(), own);
  }

  private Map<String, Object> curveClient(CurveKey.Pair own) {
    return Map.of(
        "curve_client",
        Map.of(
            "server",
            server.publicKey().toZ85(),
            "public",
            own.publicKey().toZ85(),
            "secret",
            own.secretKey().toZ85()));
  }

  private static Map<String, Object> plain(String side, String password) {
    return Map.of(side, Map.of("user", "ada", "password", password));
  }

  private static void awaitNobody(PatternSocket socket) throws InterruptedException {
    long end = System.nanoTime() + Party.SOON.toNanos();
    while (socket.peers() > 0) {
      assertThat(System.nanoTime()).as("a peer stays").isLessThan(end);
      socket.awaitPeers(Integer.MAX_VALUE, MOMENT);
    }
  }
}
