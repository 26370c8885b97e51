package dev.myelin.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.net.Messaging;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.wire.parts.CurveKey;
import dev.myelin.wire.parts.PartsSecurity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.zeromq.ZAuth;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/// Proves itself to JeroMQ, and has JeroMQ prove itself, with keys and passwords, right and wrong.
@Timeout(90)
class JeromqProofInteropIT {
  private static final String ANY_PORT = "tcp://127.0.0.1:*";
  private static final List<Integer> LOAD = List.of(7, 300, 0, 1 << 20);

  private final CurveKey.Pair server = CurveKey.Pair.random();
  private final CurveKey.Pair client = CurveKey.Pair.random();
  private ZContext context;
  private Messaging messaging;
  @TempDir Path folder;

  @BeforeEach
  void open() throws Exception {
    context = new ZContext();
    messaging = Messaging.open();
  }

  @AfterEach
  void close() {
    messaging.close();
    context.close();
  }

  @Test
  void letsJeromqInByItsKeyAndNoOther() throws Exception {
    PartsSecurity proof =
        new PartsSecurity.CurveServer(
            server, claim -> claim.key().equals(client.publicKey().toZ85()) ? "it" : null);
    try (OurSocket ours = ours("REP", proof)) {
      isLetIn(ours, curve(client), curve(CurveKey.Pair.random()));
    }
  }

  @Test
  void letsJeromqInByItsPasswordAndNoOther() throws Exception {
    PartsSecurity proof =
        new PartsSecurity.PlainServer(
            claim -> claim.user().equals("ada") && claim.password().equals("right") ? "it" : null);
    try (OurSocket ours = ours("REP", proof)) {
      isLetIn(ours, plain("right"), plain("wrong"));
    }
  }

  /// One of twenty of its fresh connections never says a byte, so each dials until it is heard.
  private void isLetIn(OurSocket ours, Consumer<ZMQ.Socket> right, Consumer<ZMQ.Socket> wrong)
      throws Exception {
    String at = ours.bind(ANY_PORT);
    try (Party stranger = new JeromqPeer(context, "REQ", wrong)) {
      stranger.connect(at);
      Introductions.awaitRefusal(ours.socket(), stranger, "does not let in");
    }
    assertThat(ours.socket().peers()).isZero();
    try (Party its = new JeromqPeer(context, "REQ", right)) {
      its.connect(at);
      Introductions.awaitDialler(ours.socket(), its);
      ours.echo();
      its.send(LOAD);
      its.ready();
      its.expect(LOAD);
    }
  }

  @Test
  void isLetInByItsKey() throws Exception {
    PartsSecurity proof = new PartsSecurity.CurveClient(server.publicKey(), client);
    try (ZAuth door = new ZAuth(context)) {
      door.configureCurve(ZAuth.CURVE_ALLOW_ANY);
      asks(
          proof,
          socket -> {
            socket.setCurveServer(true);
            socket.setCurvePublicKey(server.publicKey().toBytes());
            socket.setCurveSecretKey(server.secretKey().toBytes());
          });
    }
  }

  @Test
  void isLetInByItsPasswordAndNotWithAnother() throws Exception {
    Path passwords = folder.resolve("passwords");
    Files.writeString(passwords, "ada=right\n");
    try (ZAuth door = new ZAuth(context)) {
      door.configurePlain("*", passwords.toString());
      Consumer<ZMQ.Socket> setting =
          socket -> {
            socket.setPlainServer(true);
            socket.setZAPDomain("global");
          };
      try (Party its = new JeromqPeer(context, "REP", setting);
          OurSocket stranger = ours("REQ", new PartsSecurity.PlainClient("ada", "wrong"))) {
        stranger.connect(its.bind(ANY_PORT));
        Introductions.awaitFailure(stranger.socket());
        assertThat(stranger.socket().peers()).isZero();
      }
      asks(new PartsSecurity.PlainClient("ada", "right"), setting);
    }
  }

  private void asks(PartsSecurity proof, Consumer<ZMQ.Socket> setting) throws Exception {
    try (Party its = new JeromqPeer(context, "REP", setting);
        OurSocket ours = ours("REQ", proof)) {
      ours.connect(its.bind(ANY_PORT));
      assertThat(ours.socket().awaitPeers(1, Party.SOON)).isTrue();
      its.echo();
      ours.send(LOAD);
      ours.expect(LOAD);
    }
  }

  private OurSocket ours(String role, PartsSecurity proof) {
    SocketOptions plain = SocketOptions.defaults();
    return OurSocket.open(
        messaging, role, plain.waits(plain.waits().calls(Party.SOON, Party.SOON)).security(proof));
  }

  private Consumer<ZMQ.Socket> curve(CurveKey.Pair own) {
    return socket -> {
      socket.setCurveServerKey(server.publicKey().toBytes());
      socket.setCurvePublicKey(own.publicKey().toBytes());
      socket.setCurveSecretKey(own.secretKey().toBytes());
    };
  }

  private static Consumer<ZMQ.Socket> plain(String password) {
    return socket -> {
      socket.setPlainUsername("ada".getBytes(UTF_8));
      socket.setPlainPassword(password.getBytes(UTF_8));
    };
  }
}
