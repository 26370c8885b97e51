package dev.myelin.wire.zmtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import dev.myelin.testkit.Golden;
import dev.myelin.wire.Dissection;
import dev.myelin.wire.MemoryPipe;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.CurveKey;
import dev.myelin.wire.parts.Outlet;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.PartsLimits;
import dev.myelin.wire.parts.PartsSecurity;
import dev.myelin.wire.parts.PartsSession;
import dev.myelin.wire.parts.PartsTerms;
import dev.myelin.wire.parts.RoutingId;
import dev.myelin.wire.parts.SocketRole;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Our bytes are the bytes of libzmq 4.3.5, both ways, for each of its vectors.
class ZmtpGoldenTest {
  private static final JsonNode ALL = Golden.json("golden/zmtp/vectors.json");

  /// One vector, shown by its name.
  record Vector(String name, String hex) {
    byte[] bytes() {
      return Golden.bytes(hex);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Vector> all() {
    return StreamSupport.stream(ALL.required("vectors").spliterator(), false)
        .map(json -> new Vector(json.required("name").asText(), json.required("hex").asText()));
  }

  static Stream<Vector> greetings() {
    return named("greeting_");
  }

  static Stream<Vector> readies() {
    return Stream.concat(named("ready_"), named("plain_ready"));
  }

  private static Stream<Vector> named(String prefix) {
    return all().filter(vector -> vector.name().startsWith(prefix));
  }

  @Test
  void everyVectorIsDissectedWithoutAnError() {
    assertThat(all()).hasSizeGreaterThan(30);
    assertThat(all())
        .allSatisfy(
            vector ->
                assertThat(
                        ZmtpDissector.of(PartsLimits.defaults())
                            .dissect(MemorySegment.ofArray(vector.bytes())))
                    .isNotEmpty()
                    .allMatch(Dissection::ok));
  }

  @Test
  void everyVectorIsOfAKindThatSomeTestReads() {
    Set<String> others =
        Set.of("req_hello rep_world multipart_4 pub_two_frames push_empty push_task".split(" "));
    Set<String> commands =
        Set.of(
            ("subscribe_31 cancel_31 subscribe_all_31 subscribe_30 cancel_30 ping_ttl30 pong"
                    + " plain_hello plain_welcome plain_initiate plain_error_libzmq_quirk")
                .split(" "));
    long read = greetings().count() + readies().count() + others.size() + commands.size();
    assertThat(all().count()).isEqualTo(read);
  }

  @ParameterizedTest
  @MethodSource("greetings")
  void greetingsAreReadAndWritten(Vector vector) throws PeerException {
    ZmtpGreeting greeting = ZmtpGreeting.parse(vector.bytes());
    assertThat(greeting.major()).isEqualTo(3);
    assertThat(greeting.speaks31()).isTrue();
    byte[] expected = vector.bytes();
    expected[8] = 1; // the length of an id, for peers of ZMTP 1.0, which we do not serve
    assertThat(greeting.encode()).isEqualTo(expected);
  }

  @ParameterizedTest
  @MethodSource("readies")
  void readiesAreReadAndWritten(Vector vector) throws IOException {
    PartsSession session =
        ZmtpScript.of(ZmtpScript.GREETING, vector.bytes())
            .accept(ZmtpTalk.terms(SocketRole.values()));
    SocketRole role = session.peer().role();
    PartsTerms same =
        new PartsTerms(
            Set.of(role),
            session.peer().routingId(),
            Map.of(),
            new PartsSecurity.Open(),
            PartsLimits.defaults());
    assertThat(ZmtpCodec.command(ZmtpCommand.READY, ZmtpMetadata.encode(role, same)))
        .isEqualTo(vector.bytes());
    if (vector.name().contains("_identity")) {
      assertThat(session.peer().routingId()).isEqualTo(RoutingId.of("worker-1"));
    }
  }

  @Test
  void messagesAreReadAndWritten() throws IOException {
    message("req_hello", Parts.of("", "Hello"));
    message("rep_world", Parts.of("", "World"));
    message("multipart_4", Parts.of("a", "", "x".repeat(255), "y".repeat(256)));
    message("pub_two_frames", Parts.of("sensor.temp", "25.3C"));
    message("push_empty", Parts.of(""));
    message("push_task", Parts.of("task"));
  }

  private static void message(String name, Parts message) throws IOException {
    byte[] bytes = vector(name).bytes();
    PartsSession session = ZmtpTalk.reading(SocketRole.PAIR, PartsLimits.defaults(), bytes);
    assertThat(ZmtpTalk.encode(session, message)).as(name).isEqualTo(bytes);
    try (ZmtpTalk.Received received = ZmtpTalk.drain(session)) {
      assertThat(received.all).as(name).containsExactly(ZmtpTalk.describe(message));
    }
  }

  @Test
  void commandsOfTrafficAreReadAndWritten() throws IOException {
    byte[] topic = "sensor.".getBytes(StandardCharsets.US_ASCII);
    String hex = HexFormat.of().formatHex(topic);
    command("subscribe_31", true, (s, out) -> s.encodeSubscription(topic, true, out), "+" + hex);
    command("cancel_31", true, (s, out) -> s.encodeSubscription(topic, false, out), "-" + hex);
    command(
        "subscribe_all_31", true, (s, out) -> s.encodeSubscription(new byte[0], true, out), "+");
    command("subscribe_30", false, (s, out) -> s.encodeSubscription(topic, true, out), "+" + hex);
    command("cancel_30", false, (s, out) -> s.encodeSubscription(topic, false, out), "-" + hex);
    command("ping_ttl30", true, (s, out) -> s.encodePing(Duration.ofSeconds(3), out), "ping 3000 ");
    command("pong", true, (s, out) -> s.encodePong(new byte[0], out), null);
  }

  private static void command(
      String name,
      boolean speaks31,
      BiConsumer<PartsSession, Outlet> encode,
      @Nullable String expected)
      throws IOException {
    byte[] bytes = vector(name).bytes();
    byte[] before =
        name.startsWith("cancel")
            ? vector(name.replace("cancel", "subscribe")).bytes()
            : new byte[0];
    PartsSession session =
        ZmtpTalk.session(
            SocketRole.XPUB,
            PartsLimits.defaults(),
            MemoryPipe.of(ZmtpCurve.join(before, bytes)),
            null,
            null,
            speaks31);
    Outlet out = new Outlet();
    encode.accept(session, out);
    assertThat(out.toBytes()).as(name).isEqualTo(bytes);
    try (ZmtpTalk.Received received = ZmtpTalk.drain(session)) {
      if (expected == null) {
        assertThat(received.all).isEmpty();
      } else {
        assertThat(received.all.getLast()).as(name).isEqualTo(expected);
      }
    }
  }

  @Test
  void thePlainHandshakeIsReadAndWritten() throws IOException {
    ZmtpScript client =
        ZmtpScript.of(
            vector("greeting_plain_client").bytes(),
            vector("plain_hello").bytes(),
            vector("plain_initiate").bytes());
    PartsSession accepted =
        client.accept(
            ZmtpTalk.terms(new PartsSecurity.PlainServer(claim -> claim.user()), SocketRole.REP));
    assertThat(accepted.peer().user()).isEqualTo("admin");
    assertThat(client.hex()).endsWith(vector("plain_welcome").hex() + vector("plain_ready").hex());

    ZmtpScript server =
        ZmtpScript.of(
            vector("greeting_plain_server").bytes(),
            vector("plain_welcome").bytes(),
            vector("plain_ready").bytes());
    server.dial(ZmtpTalk.terms(new PartsSecurity.PlainClient("admin", "secret"), SocketRole.REQ));
    assertThat(server.hex())
        .isEqualTo(
            vector("greeting_plain_client").hex()
                + vector("plain_hello").hex()
                + vector("plain_initiate").hex());
  }

  @Test
  void theErrorOfLibzmqIsUnderstood() {
    ZmtpScript server =
        ZmtpScript.of(
            vector("greeting_plain_server").bytes(), vector("plain_error_libzmq_quirk").bytes());
    assertThat(
            catchThrowable(
                () ->
                    server.dial(
                        ZmtpTalk.terms(
                            new PartsSecurity.PlainClient("admin", "no"), SocketRole.REQ))))
        .isInstanceOf(PeerException.Refused.class)
        .hasMessage("refused by the peer: 400");
  }

  private static Vector vector(String name) {
    return all().filter(vector -> vector.name().equals(name)).findFirst().orElseThrow();
  }

  /// The recorded session between a client made by hand and a REP socket of libzmq.
  static final class Recorded {
    final JsonNode json = ALL.required("curve_session");
    final CurveKey.Pair server = CurveKey.Pair.of(key("server_longterm_secret"));
    final CurveKey.Pair client = CurveKey.Pair.of(key("client_longterm_secret"));
    final CurveKey.Pair brief = CurveKey.Pair.of(key("client_shortterm_secret"));
    final CurveKey serverBrief = key("server_shortterm_public");
    final byte[] sharedKey = ZmtpBox.sharedKey(brief.secretKey(), serverBrief);

    CurveKey key(String name) {
      return CurveKey.of(bytes(name));
    }

    byte[] bytes(String name) {
      return Golden.bytes(json.required(name).asText());
    }

    ZmtpCursor data(String name) throws PeerException {
      byte[] frame = bytes(name);
      int head = ZmtpHeader.size(frame[0]);
      return ZmtpCommand.parse(Arrays.copyOfRange(frame, head, frame.length), 0).data();
    }

    Stream<byte[]> messages(String name) {
      return StreamSupport.stream(json.required(name).spliterator(), false)
          .map(each -> Golden.bytes(each.asText()));
    }
  }

  @Test
  void theRecordedCurveHandshakeIsReadAndWrittenByTheClient() throws IOException {
    Recorded session = new Recorded();
    byte[] initiate = opened(session);
    byte[] vouchNonce = Arrays.copyOfRange(initiate, 32, 48);
    ZmtpCurveClient client =
        new ZmtpCurveClient(
            new PartsSecurity.CurveClient(session.server.publicKey(), session.client),
            ZmtpScript.chance(session.brief.secretKey().toBytes(), vouchNonce));
    assertThat(ZmtpCodec.command(ZmtpCommand.HELLO, client.hello()))
        .isEqualTo(session.bytes("hello"));
    client.welcome(session.data("welcome"));
    byte[] properties = Arrays.copyOfRange(initiate, 128, initiate.length);
    assertThat(ZmtpCodec.command(ZmtpCommand.INITIATE, client.initiate(properties)))
        .isEqualTo(session.bytes("initiate"));
    assertThat(client.ready(session.data("ready")).socketType()).isEqualTo("REP");
  }

  /// Returns the text in the box of INITIATE: key 32, vouch 96, properties.
  private static byte[] opened(Recorded session) throws IOException {
    ZmtpCursor data = session.data("initiate");
    data.take(ZmtpCurve.COOKIE, "cookie");
    byte[] nonce = ZmtpBox.nonce(ZmtpCurve.INITIATE, data.take(8, "counter"));
    byte[] text = ZmtpBox.open(session.sharedKey, nonce, data.rest());
    byte[] opened = Objects.requireNonNull(text, "text");
    assertThat(opened).startsWith(session.client.publicKey().toBytes());
    return opened;
  }

  @Test
  void theRecordedVouchHoldsAndTheHelloIsAnswered() throws IOException {
    Recorded session = new Recorded();
    byte[] initiate = opened(session);
    byte[] key = ZmtpBox.sharedKey(session.client.secretKey(), session.serverBrief);
    byte[] nonce = ZmtpBox.nonce(ZmtpCurve.VOUCH, Arrays.copyOfRange(initiate, 32, 48));
    assertThat(ZmtpBox.open(key, nonce, Arrays.copyOfRange(initiate, 48, 128)))
        .isEqualTo(
            ZmtpCurve.join(
                session.brief.publicKey().toBytes(), session.server.publicKey().toBytes()));

    ZmtpCurveServer server = new ZmtpCurveServer(session.server, new SecureRandom());
    assertThat(ZmtpCodec.command(ZmtpCommand.WELCOME, server.welcome(session.data("hello"))))
        .hasSameSizeAs(session.bytes("welcome"))
        .startsWith(Arrays.copyOf(session.bytes("welcome"), 10));
  }

  @Test
  void theRecordedMessagesAreOpenedAndSealedAgain() throws IOException {
    Recorded session = new Recorded();
    both(session, "server_messages", ZmtpCurve.FROM_SERVER, 1, "[, 576f726c64]");
    both(session, "client_messages", ZmtpCurve.FROM_CLIENT, 2, "[, 48656c6c6f]");
  }

  private static void both(
      Recorded session, String name, String prefix, long counter, String expected)
      throws IOException {
    byte[] bytes = ZmtpCurve.join(session.messages(name).toArray(byte[][]::new));
    PartsSession reader =
        ZmtpTalk.session(
            SocketRole.PAIR,
            PartsLimits.defaults(),
            MemoryPipe.of(bytes),
            new ZmtpSealer(session.sharedKey, prefix, counter),
            new ZmtpOpener(session.sharedKey, prefix, counter),
            true);
    try (ZmtpTalk.Received received = ZmtpTalk.drain(reader)) {
      assertThat(received.all).containsExactly(expected);
      String text = expected.substring(3, expected.length() - 1);
      byte[] body = HexFormat.of().parseHex(text);
      assertThat(ZmtpTalk.encode(reader, Parts.of(new byte[0], body))).isEqualTo(bytes);
    }
  }
}
