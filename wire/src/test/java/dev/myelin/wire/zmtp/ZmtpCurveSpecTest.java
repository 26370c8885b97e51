package dev.myelin.wire.zmtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.wire.MemoryPipe;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.CurveKey;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.PartsLimits;
import dev.myelin.wire.parts.PartsSecurity;
import dev.myelin.wire.parts.PartsSession;
import dev.myelin.wire.parts.SocketRole;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What CurveZMQ (RFC 26, and RFC 25 that points to it) says of the wire; sentences are counted as
/// in [ZmtpSpecTest].
@Timeout(60)
class ZmtpCurveSpecTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final byte[] METADATA = ZmtpScript.metadata("Socket-Type", "PAIR");
  private static final int COUNTER_IN_HELLO = 2 + ZmtpCurve.PADDING + CurveKey.BYTES;

  private final ZmtpCurveClient client = client(RANDOM);
  private final ZmtpCurveServer server = new ZmtpCurveServer(ZmtpTalk.SERVER, RANDOM);

  private static ZmtpCurveClient client(RandomGenerator random) {
    return new ZmtpCurveClient(
        new PartsSecurity.CurveClient(ZmtpTalk.SERVER.publicKey(), ZmtpTalk.CLIENT), random);
  }

  private static ZmtpCursor cursor(byte[] data) {
    return new ZmtpCursor(data, 0, 0, "a command");
  }

  private static void refusesEveryFlip(byte[] data, Step step) {
    for (int i = 0; i < data.length; i++) {
      byte[] flipped = data.clone();
      flipped[i] ^= 0x10;
      assertThatThrownBy(() -> step.run(cursor(flipped)))
          .as("byte " + i)
          .isInstanceOf(PeerException.Malformed.class);
    }
  }

  private static void refusesEveryCut(byte[] data, Step step) {
    for (int length : new int[] {0, 1, data.length / 2, data.length - 1, data.length + 1}) {
      assertThatThrownBy(() -> step.run(cursor(Arrays.copyOf(data, length))))
          .as(length + " bytes")
          .isInstanceOf(PeerException.Malformed.class);
    }
  }

  /// A step of the handshake.
  private interface Step {
    void run(ZmtpCursor data) throws IOException;
  }

  @Test
  @DisplayName("26.1, 26.52, 26.53: who is not let in gets an ERROR")
  void whoIsNotLetInGetsAnError() {
    PartsSecurity nobody = new PartsSecurity.CurveServer(ZmtpTalk.SERVER, _ -> null);
    assertThatThrownBy(
            () ->
                ZmtpTalk.open(
                    ZmtpTalk.terms(ZmtpTalk.curveClient(), SocketRole.PUSH),
                    ZmtpTalk.terms(nobody, SocketRole.PULL)))
        .cause()
        .isInstanceOf(PeerException.Refused.class)
        .hasMessageContaining(ZmtpTalk.CLIENT.publicKey().toZ85())
        .satisfies(
            e ->
                assertThat(e.getSuppressed()[0])
                    .isInstanceOf(PeerException.Refused.class)
                    .hasMessage("refused by the peer: 400"));
  }

  @Test
  @DisplayName("26.3, 26.27, 26.51: a client that is sent nonsense leaves without a word")
  void aClientSendsNoError() {
    byte[] nonsense = ZmtpCodec.command(ZmtpCommand.WELCOME, new byte[160]);
    ZmtpScript script = ZmtpScript.of(ZmtpScript.greeting("CURVE"), nonsense);
    assertThatThrownBy(() -> script.dial(ZmtpTalk.terms(ZmtpTalk.curveClient(), SocketRole.PAIR)))
        .isInstanceOf(PeerException.Malformed.class);
    assertThat(script.written.available()).isEqualTo(ZmtpGreeting.SIZE + 2 + 200);
  }

  @Test
  @DisplayName("26.5 to 26.8, 26.11, 26.12: HELLO is 200 bytes, its nonce prefixed, its box zeros")
  void helloHasItsSize() throws IOException {
    byte[] hello = client.hello();
    assertThat(ZmtpCodec.body(ZmtpCommand.HELLO, hello)).hasSize(200);
    assertThat(hello).startsWith(Arrays.copyOf(new byte[] {1, 0}, 2 + ZmtpCurve.PADDING));
    assertThat(server.welcome(cursor(hello))).hasSize(160);
  }

  @Test
  @DisplayName("26.9: each connection has a key of its own")
  void everyConnectionHasItsKey() {
    int at = 2 + ZmtpCurve.PADDING;
    assertThat(Arrays.copyOfRange(client.hello(), at, at + 32))
        .isNotEqualTo(Arrays.copyOfRange(client(RANDOM).hello(), at, at + 32));
  }

  @Test
  @DisplayName("26.13: a HELLO with anything else in any place is refused")
  void everyByteOfHelloCounts() {
    refusesEveryFlip(client.hello(), server::welcome);
    refusesEveryCut(client.hello(), server::welcome);
  }

  @Test
  @DisplayName("26.13: a key of small order in HELLO is refused")
  void aKeyOfSmallOrderIsRefused() {
    byte[] hello = client.hello();
    Arrays.fill(hello, 2 + ZmtpCurve.PADDING, COUNTER_IN_HELLO, (byte) 0);
    assertThatThrownBy(() -> server.welcome(cursor(hello)))
        .isInstanceOf(PeerException.Malformed.class)
        .hasMessageContaining("small order");
  }

  @Test
  @DisplayName("26.14, 26.22, 26.25: keys, nonces and cookies of two WELCOMEs differ")
  void noWelcomeComesTwice() throws IOException {
    byte[] hello = client.hello();
    byte[] one = server.welcome(cursor(hello));
    byte[] other = server.welcome(cursor(hello));
    assertThat(Arrays.copyOf(one, 16)).isNotEqualTo(Arrays.copyOf(other, 16));
    assertThat(Arrays.copyOfRange(one, 16, 160)).isNotEqualTo(Arrays.copyOfRange(other, 16, 160));
  }

  @Test
  @DisplayName(
      "26.15, 26.24: a cookie is the server's memory, good for one INITIATE on one connection")
  void aCookieIsGoodOnce() throws IOException {
    client.welcome(cursor(server.welcome(cursor(client.hello()))));
    byte[] initiate = client.initiate(METADATA);
    ZmtpCurveServer other = new ZmtpCurveServer(ZmtpTalk.SERVER, RANDOM);
    other.welcome(cursor(client.hello()));
    assertThatThrownBy(() -> other.initiate(cursor(initiate)))
        .isInstanceOf(PeerException.Malformed.class)
        .hasMessageContaining("cookie");
    server.initiate(cursor(initiate));
    assertThatThrownBy(() -> server.initiate(cursor(initiate)))
        .isInstanceOf(PeerException.Malformed.class)
        .hasMessageContaining("cookie");
  }

  @Test
  @DisplayName("26.16, 26.18: the counter of INITIATE is larger than that of HELLO")
  void theCounterOfInitiateGrows() throws IOException {
    // A HELLO of the client, but with the counter that its INITIATE will have.
    byte[] secret = new byte[32];
    RANDOM.nextBytes(secret);
    byte[] nonce = new byte[16];
    ZmtpCurveClient repeating = client(ZmtpScript.chance(secret, nonce));
    byte[] hello = repeating.hello();
    byte[] counter = ZmtpCurve.counter(2);
    byte[] box =
        ZmtpBox.seal(
            ZmtpBox.sharedKey(CurveKey.of(secret), ZmtpTalk.SERVER.publicKey()),
            ZmtpBox.nonce(ZmtpCurve.HELLO, counter),
            new byte[ZmtpCurve.SIGNED]);
    System.arraycopy(counter, 0, hello, COUNTER_IN_HELLO, 8);
    System.arraycopy(box, 0, hello, COUNTER_IN_HELLO + 8, box.length);
    repeating.welcome(cursor(server.welcome(cursor(hello))));
    assertThatThrownBy(() -> server.initiate(cursor(repeating.initiate(METADATA))))
        .isInstanceOf(PeerException.Malformed.class)
        .hasMessageContaining("counter: 2 (expected: > 2)");
  }

  @Test
  @DisplayName("26.19, 26.20, 26.21, 26.23: WELCOME is 168 bytes")
  void welcomeHasItsSize() throws IOException {
    byte[] welcome = server.welcome(cursor(client.hello()));
    assertThat(ZmtpCodec.body(ZmtpCommand.WELCOME, welcome)).hasSize(168);
  }

  @Test
  @DisplayName("26.26: a WELCOME with anything else in any place is refused")
  void everyByteOfWelcomeCounts() throws IOException {
    byte[] welcome = server.welcome(cursor(client.hello()));
    refusesEveryFlip(welcome, client::welcome);
    refusesEveryCut(welcome, client::welcome);
  }

  @Test
  @DisplayName("26.28 to 26.30: INITIATE is 257 bytes and the metadata")
  void initiateHasItsSize() throws IOException {
    client.welcome(cursor(server.welcome(cursor(client.hello()))));
    assertThat(ZmtpCodec.body(ZmtpCommand.INITIATE, client.initiate(new byte[0]))).hasSize(257);
    assertThat(ZmtpCodec.body(ZmtpCommand.INITIATE, client.initiate(METADATA)))
        .hasSize(257 + METADATA.length);
    server.initiate(cursor(client.initiate(METADATA)));
    assertThat(server.clientKey()).isEqualTo(ZmtpTalk.CLIENT.publicKey());
  }

  @Test
  @DisplayName("26.31: no two vouches share a nonce")
  void noVouchComesTwice() throws IOException {
    byte[] welcome = server.welcome(cursor(client.hello()));
    client.welcome(cursor(welcome));
    byte[] one = client.initiate(METADATA);
    client.welcome(cursor(welcome));
    assertThat(client.initiate(METADATA)).isNotEqualTo(one);
  }

  @Test
  @DisplayName("26.36: an INITIATE with anything else in any place is refused")
  void everyByteOfInitiateCounts() throws IOException {
    ZmtpCurveClient[] speaking = {client};
    ZmtpCurveServer[] asked = {server};
    client.welcome(cursor(server.welcome(cursor(client.hello()))));
    int length = client.initiate(METADATA).length;
    for (int i = 0; i < length; i += 7) {
      speaking[0] = client(RANDOM);
      asked[0] = new ZmtpCurveServer(ZmtpTalk.SERVER, RANDOM);
      speaking[0].welcome(cursor(asked[0].welcome(cursor(speaking[0].hello()))));
      byte[] flipped = speaking[0].initiate(METADATA);
      flipped[i] ^= 1;
      assertThatThrownBy(() -> asked[0].initiate(cursor(flipped)))
          .as("byte " + i)
          .isInstanceOf(PeerException.Malformed.class);
    }
  }

  @Test
  @DisplayName("26.36: a vouch of somebody else, or for another connection, is refused")
  void aVouchIsChecked() throws IOException {
    CurveKey.Pair thief = CurveKey.Pair.random();
    ZmtpCurveClient impostor =
        new ZmtpCurveClient(
            new PartsSecurity.CurveClient(
                ZmtpTalk.SERVER.publicKey(),
                new CurveKey.Pair(ZmtpTalk.CLIENT.publicKey(), thief.secretKey())),
            RANDOM);
    impostor.welcome(cursor(server.welcome(cursor(impostor.hello()))));
    assertThatThrownBy(() -> server.initiate(cursor(impostor.initiate(METADATA))))
        .isInstanceOf(PeerException.Malformed.class)
        .hasMessageContaining("vouch");
  }

  @Test
  @DisplayName("26.38 to 26.42: READY is 30 bytes and the metadata, and every byte counts")
  void readyIsChecked() throws IOException {
    client.welcome(cursor(server.welcome(cursor(client.hello()))));
    server.initiate(cursor(client.initiate(METADATA)));
    assertThat(ZmtpCodec.body(ZmtpCommand.READY, server.ready(new byte[0]))).hasSize(30);
    byte[] ready = server.ready(METADATA);
    refusesEveryFlip(ready, client::ready);
    refusesEveryCut(ready, client::ready);
    assertThat(client.ready(cursor(ready)).socketType()).isEqualTo("PAIR");
  }

  @Test
  @DisplayName("26.44, 26.46: a counter of READY that comes again in a MESSAGE is refused")
  void readysCounterIsUsedUp() throws IOException {
    byte[] key = new byte[32];
    byte[] message = sealed(key, 0, Parts.of("again"));
    PartsSession reading = opening(key, 1, message);
    assertThatThrownBy(() -> ZmtpTalk.drain(reading))
        .isInstanceOf(PeerException.Malformed.class)
        .hasMessageContaining("counter: 1 (expected: > 1)");
  }

  @Test
  @DisplayName("26.18, 26.46: a MESSAGE that comes twice, or late, is refused; gaps are none of it")
  void countersGrow() throws IOException {
    byte[] key = new byte[32];
    byte[] second = sealed(key, 2, Parts.of("b"));
    byte[] ninth = sealed(key, 9, Parts.of("c"));
    try (ZmtpTalk.Received received = ZmtpTalk.drain(opening(key, 1, second, ninth))) {
      assertThat(received.all).containsExactly("[62]", "[63]");
    }
    assertThatThrownBy(() -> ZmtpTalk.drain(opening(key, 1, second, second)))
        .isInstanceOf(PeerException.Malformed.class);
    assertThatThrownBy(() -> ZmtpTalk.drain(opening(key, 1, ninth, second)))
        .isInstanceOf(PeerException.Malformed.class);
    // As unsigned numbers, the last of all comes behind every other.
    byte[] last = sealed(key, -2, Parts.of("d"));
    try (ZmtpTalk.Received received = ZmtpTalk.drain(opening(key, Long.MAX_VALUE, last))) {
      assertThat(received.all).containsExactly("[64]");
    }
  }

  @Test
  @DisplayName("26.17, 26.45: counters never begin anew")
  void countersDoNotBeginAnew() {
    byte[] key = new byte[32];
    assertThatThrownBy(() -> sealed(key, -1, Parts.of("")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("counter");
  }

  @Test
  @DisplayName("26.47, 26.48, 37.59: MESSAGE is 33 bytes and the part, in an ordinary frame")
  void messageHasItsSize() {
    byte[] frame = sealed(new byte[32], 1, Parts.of(""));
    assertThat(frame).hasSize(2 + 33);
    assertThat(HexFormat.of().formatHex(frame))
        .startsWith("0021" + "07" + hex("MESSAGE") + "0000000000000002");
  }

  @Test
  @DisplayName("37.59: a MESSAGE in a command frame is read too, as RFC 37 has it")
  void aMessageInACommandFrameIsRead() throws IOException {
    byte[] key = new byte[32];
    byte[] frame = sealed(key, 1, Parts.of("x"));
    frame[0] = 4;
    try (ZmtpTalk.Received received = ZmtpTalk.drain(opening(key, 1, frame))) {
      assertThat(received.all).containsExactly("[78]");
    }
  }

  @Test
  @DisplayName("26.49: flags that nobody uses are refused")
  void unusedFlagsAreRefused() {
    byte[] key = new byte[32];
    byte[] body = {(byte) 0x08, 'x'};
    byte[] counter = ZmtpCurve.counter(5);
    byte[] box = ZmtpBox.seal(key, ZmtpBox.nonce(ZmtpCurve.FROM_CLIENT, counter), body);
    byte[] message = ZmtpCurve.join(ZmtpSealer.NAME, counter, box);
    byte[] frame = ZmtpCurve.join(new byte[] {0, (byte) message.length}, message);
    assertThatThrownBy(() -> ZmtpTalk.drain(opening(key, 1, frame)))
        .isInstanceOf(PeerException.Malformed.class)
        .hasMessageContaining("flags: 0x08");
  }

  @Test
  @DisplayName(
      "26.50, 37.61: a MESSAGE with anything else in any place is refused, so is clear text")
  void everyByteOfMessageCounts() {
    byte[] key = new byte[32];
    byte[] frame = sealed(key, 1, Parts.of("secret"));
    for (int i = 2; i < frame.length; i++) {
      byte[] flipped = frame.clone();
      flipped[i] ^= 0x40;
      assertThatThrownBy(() -> ZmtpTalk.drain(opening(key, 1, flipped)))
          .as("byte " + i)
          .isInstanceOf(PeerException.Malformed.class)
          .hasMessageNotContaining("secret");
    }
    for (String clear : new String[] {"000161", "04070450494e47001e", "0021" + "07".repeat(33)}) {
      byte[] bytes = HexFormat.of().parseHex(clear);
      assertThatThrownBy(() -> ZmtpTalk.drain(opening(key, 1, bytes)))
          .isInstanceOf(PeerException.Malformed.class);
    }
  }

  @Test
  @DisplayName("26.48: neither side takes its own MESSAGE back")
  void directionsAreToldApart() {
    byte[] key = new byte[32];
    PartsSession reflected =
        ZmtpTalk.session(
            SocketRole.PAIR,
            PartsLimits.defaults(),
            MemoryPipe.of(sealed(key, 1, Parts.of("echo"))),
            null,
            new ZmtpOpener(key, ZmtpCurve.FROM_SERVER, 1),
            true);
    assertThatThrownBy(() -> ZmtpTalk.drain(reflected)).isInstanceOf(PeerException.Malformed.class);
  }

  private static String hex(String text) {
    return HexFormat.of().formatHex(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static byte[] sealed(byte[] key, long counter, Parts message) {
    PartsSession session =
        ZmtpTalk.session(
            SocketRole.PAIR,
            PartsLimits.defaults(),
            MemoryPipe.open(),
            new ZmtpSealer(key, ZmtpCurve.FROM_CLIENT, counter),
            null,
            true);
    return ZmtpTalk.encode(session, message);
  }

  private static PartsSession opening(byte[] key, long counter, byte[]... frames) {
    return ZmtpTalk.session(
        SocketRole.PAIR,
        PartsLimits.defaults(),
        MemoryPipe.of(ZmtpCurve.join(frames)),
        null,
        new ZmtpOpener(key, ZmtpCurve.FROM_CLIENT, counter),
        true);
  }
}
