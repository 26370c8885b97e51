package dev.myelin.wire.zmtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.testkit.Golden;
import dev.myelin.wire.MemoryPipe;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.Outlet;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.PartsLimits;
import dev.myelin.wire.parts.PartsSecurity;
import dev.myelin.wire.parts.PartsSession;
import dev.myelin.wire.parts.PartsTerms;
import dev.myelin.wire.parts.RoutingId;
import dev.myelin.wire.parts.SocketRole;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What ZMTP 3.1 (RFC 37) and 3.0 (RFC 23) say of the wire.
///
/// `37.5` is the fifth sentence with SHALL or MUST in RFC 37 from its goals on, items of lists
/// being sentences and grammars none; the text is that of github.com/zeromq/rfc at 8416923. What is
/// said of queues, of reconnecting and of other socket types is no matter of the wire and stands in
/// docs/reference/wire/zmtp.md.
@Timeout(60)
class ZmtpSpecTest {
  private static final PartsLimits LIMITS = PartsLimits.defaults();
  private static final String READY_REP = "04190552454144590b536f636b65742d5479706500000003524550";

  private static PartsSession accept(byte[]... said) throws IOException {
    return ZmtpScript.of(said).accept(ZmtpTalk.terms(SocketRole.REP));
  }

  private static PartsSession reading(SocketRole role, String hex) {
    return ZmtpTalk.reading(role, LIMITS, Golden.bytes(hex));
  }

  private static List<String> read(SocketRole role, String hex) throws IOException {
    try (ZmtpTalk.Received received = ZmtpTalk.drain(reading(role, hex))) {
      return received.all;
    }
  }

  private static String encoded(Parts message) {
    return HexFormat.of().formatHex(ZmtpTalk.encode(reading(SocketRole.PAIR, ""), message));
  }

  @Test
  @DisplayName("37.3, 37.13, 23.3, 23.13: all 64 bytes leave before a byte of the peer is read")
  void theWholeGreetingLeavesFirst() {
    ZmtpScript silent = ZmtpScript.of();
    assertThatThrownBy(() -> silent.accept(ZmtpTalk.terms(SocketRole.REP)))
        .isInstanceOf(PeerException.Closed.class);
    assertThat(silent.written.drain()).isEqualTo(ZmtpScript.GREETING);
  }

  @Test
  @DisplayName("37.3, 23.3: a greeting that ends before its 64th byte is no greeting")
  void aShortGreetingIsRefused() {
    byte[] most = Arrays.copyOf(ZmtpScript.GREETING, 63);
    assertThatThrownBy(() -> accept(most)).isInstanceOf(PeerException.Closed.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ff00000000000000007f", "ffdeadbeefdeadbeef7f", "ffffffffffffffffff7f"})
  @DisplayName("37.4, 23.4: padding means nothing")
  void paddingIsNotRead(String signature) throws IOException {
    byte[] greeting = ZmtpScript.greeting(signature, 3, 1, "NULL", 0);
    assertThat(accept(greeting, ZmtpScript.ready("REQ")).peer().version()).isEqualTo("3.1");
  }

  @ParameterizedTest
  @CsvSource({"3,0,3.0", "3,1,3.1", "3,9,3.1", "4,0,3.1", "255,255,3.1"})
  @DisplayName("37.5, 37.6, 37.7, 23.5, 23.6, 23.7: higher versions are spoken to as 3.1")
  void higherVersionsAreAccepted(int major, int minor, String spoken) throws IOException {
    byte[] greeting = ZmtpScript.greeting("ff00000000000000017f", major, minor, "NULL", 0);
    ZmtpScript script = ZmtpScript.of(greeting, ZmtpScript.ready("REQ"));
    PartsSession session = script.accept(ZmtpTalk.terms(SocketRole.REP));
    assertThat(session.peer().version()).isEqualTo(spoken);
    assertThat(script.hex()).isEqualTo(hex(ZmtpScript.GREETING) + READY_REP);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  @DisplayName("37.8, 37.2, 37.56, 37.61, 23.8, 23.45, 23.50: older versions are refused")
  void olderVersionsAreRefused(int major) {
    byte[] begin =
        Arrays.copyOf(
            ZmtpScript.greeting("ff00000000000000017f", major, 0, "", 0), ZmtpGreeting.VERSION_END);
    // A peer of ZMTP 2.0 sends these 11 bytes and waits: more must not be asked for.
    ZmtpScript script = ZmtpScript.of(begin);
    assertThatThrownBy(() -> script.accept(ZmtpTalk.terms(SocketRole.REP)))
        .isInstanceOf(PeerException.Refused.class)
        .hasMessageContaining("3.0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0100000000000000017f", "ff000000000000000100", "16030100000000000000"})
  @DisplayName("37.61, 23.50: another signature is another protocol")
  void anotherSignatureIsMalformed(String signature) {
    byte[] greeting = ZmtpScript.greeting(signature, 3, 1, "NULL", 0);
    assertThatThrownBy(() -> accept(greeting)).isInstanceOf(PeerException.Malformed.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7})
  @DisplayName("37.9, 37.21, 23.9: as-server means nothing")
  void asServerIsNotRead(int asServer) throws IOException {
    byte[] greeting = ZmtpScript.greeting("ff00000000000000017f", 3, 1, "NULL", asServer);
    assertThat(accept(greeting, ZmtpScript.ready("REQ")).peer().role()).isEqualTo(SocketRole.REQ);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PLAIN", "CURVE", "NULLX", "null", ""})
  @DisplayName("37.14, 37.61, 23.14, 23.50: another mechanism ends the connection")
  void anotherMechanismIsRefused(String mechanism) {
    assertThatThrownBy(() -> accept(ZmtpScript.greeting(mechanism), ZmtpScript.ready("REQ")))
        .isInstanceOf(PeerException.Refused.class)
        .hasMessageContaining("NULL");
  }

  @Test
  @DisplayName("37.14, 37.61: a dialler with PLAIN tells nothing to a peer with NULL")
  void aWeakerMechanismGetsNoPassword() {
    ZmtpScript script = ZmtpScript.of(ZmtpScript.GREETING, ZmtpScript.ready("REP"));
    assertThatThrownBy(
            () ->
                script.dial(
                    ZmtpTalk.terms(
                        new PartsSecurity.PlainClient("admin", "secret"), SocketRole.REQ)))
        .isInstanceOf(PeerException.Refused.class);
    assertThat(script.written.available()).isEqualTo(ZmtpGreeting.SIZE);
  }

  @Test
  @DisplayName("37.15, 23.15: an ERROR in the handshake is final")
  void anErrorIsFinal() {
    byte[] error = ZmtpCodec.command(ZmtpCommand.ERROR, ZmtpCodec.reason("not you"));
    assertThatThrownBy(() -> accept(ZmtpScript.GREETING, error))
        .isInstanceOf(PeerException.Refused.class)
        .hasMessage("refused by the peer: not-you");
    assertThatThrownBy(() -> read(SocketRole.PULL, hex(error)))
        .isInstanceOf(PeerException.Refused.class);
  }

  @Test
  @DisplayName("37.16, 23.16: an unexpected end is no refusal")
  void anUnexpectedEndIsTemporary() {
    assertThatThrownBy(() -> accept(ZmtpScript.GREETING)).isInstanceOf(PeerException.Closed.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"080161", "100161", "200161", "400161", "800161", "0c0161"})
  @DisplayName("37.17, 23.17: bits 3 to 7 of the flags are zero")
  void reservedBitsAreRefused(String frame) {
    assertThatThrownBy(() -> read(SocketRole.PULL, frame))
        .isInstanceOf(PeerException.Malformed.class)
        .hasMessageContaining("flags")
        .hasMessageContaining("offset 0");
  }

  @Test
  @DisplayName("37.18, 23.18: no command of ours has MORE; of a peer's it is passed over")
  void commandsHaveNoMore() throws IOException {
    assertThat(ZmtpCodec.command(ZmtpCommand.PING, new byte[300])[0]).isEqualTo((byte) 6);
    assertThat(ZmtpCodec.command(ZmtpCommand.PING, new byte[2])[0]).isEqualTo((byte) 4);
    assertThat(read(SocketRole.PULL, "05070450494e47001e" + "000161"))
        .containsExactly("ping 3000 ", "[61]");
  }

  @Test
  @DisplayName("37.19, 37.39, 37.40, 37.41, 37.42, 23.19, 23.34 to 23.37: all parts or none, once")
  void messagesAreWholeOnceAndInOrder() throws IOException {
    String two = "010161" + "010162" + "000163" + "000164";
    assertThat(read(SocketRole.PULL, two)).containsExactly("[61, 62, 63]", "[64]");
    PartsSession cut = reading(SocketRole.PULL, "010161" + "010162");
    try (ZmtpTalk.Received received = new ZmtpTalk.Received()) {
      assertThatThrownBy(
              () -> {
                while (cut.receive(received)) {
                  // The end comes inside the message.
                }
              })
          .isInstanceOf(PeerException.Closed.class);
      assertThat(received.all).isEmpty();
    }
  }

  @Test
  @DisplayName(
      "37.20, 23.21: as-server is zero under NULL, and one for a server with PLAIN or CURVE")
  void asServerIsWritten() {
    assertThat(asServer(new PartsSecurity.Open())).isZero();
    assertThat(asServer(new PartsSecurity.PlainClient("a", "b"))).isZero();
    assertThat(asServer(new PartsSecurity.PlainServer(_ -> null))).isEqualTo((byte) 1);
    assertThat(asServer(ZmtpTalk.curveServer())).isEqualTo((byte) 1);
  }

  private static byte asServer(PartsSecurity security) {
    ZmtpScript silent = ZmtpScript.of();
    assertThatThrownBy(() -> silent.accept(ZmtpTalk.terms(security, SocketRole.REP)))
        .isInstanceOf(PeerException.Closed.class);
    return silent.written.drain()[32];
  }

  @Test
  @DisplayName("37.22, 23.20, 23.26: who dials sends READY without waiting for one")
  void theDiallerSendsReadyAtOnce() {
    ZmtpScript greetsOnly = ZmtpScript.of(ZmtpScript.GREETING);
    assertThatThrownBy(() -> greetsOnly.dial(ZmtpTalk.terms(SocketRole.REP)))
        .isInstanceOf(PeerException.Closed.class);
    assertThat(greetsOnly.hex()).isEqualTo(hex(ZmtpScript.GREETING) + READY_REP);
  }

  @Test
  @DisplayName("37.23, 23.20: a READY is answered with one")
  void readyIsAnswered() throws IOException {
    ZmtpScript script = ZmtpScript.of(ZmtpScript.GREETING, ZmtpScript.ready("REQ"));
    script.accept(ZmtpTalk.terms(SocketRole.REP));
    assertThat(script.hex()).endsWith(READY_REP);
  }

  @ParameterizedTest
  @ValueSource(strings = {"00056c61746572", "04050450494e47", "040a09535542534352494245", "0400"})
  @DisplayName("37.22, 23.20: nothing but READY comes first")
  void anythingElseBeforeReadyIsMalformed(String frame) {
    assertThatThrownBy(() -> accept(ZmtpScript.GREETING, Golden.bytes(frame)))
        .isInstanceOf(PeerException.Malformed.class)
        .hasMessageContaining("offset 64");
  }

  @Test
  @DisplayName("37.24, 23.22: a name of a property has 1 to 255 characters")
  void namesAreNotEmpty() throws IOException {
    assertThatThrownBy(
            () -> accept(ZmtpScript.GREETING, ZmtpScript.properties(ZmtpCommand.READY, "", "x")))
        .isInstanceOf(PeerException.Malformed.class)
        .hasMessageContaining("property name");
    String longest = "X-" + "n".repeat(253);
    byte[] ready = ZmtpScript.properties(ZmtpCommand.READY, "Socket-Type", "REQ", longest, "value");
    assertThat(accept(ZmtpScript.GREETING, ready).peer().property(longest)).contains("value");
    PartsTerms tooLong = with(Map.of(longest + "n", "value"));
    assertThatThrownBy(() -> ZmtpMetadata.encode(SocketRole.REP, tooLong))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static PartsTerms with(Map<String, String> properties) {
    return new PartsTerms(
        Set.of(SocketRole.REP), RoutingId.NONE, properties, new PartsSecurity.Open(), LIMITS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Socket-Type", "socket-type", "SOCKET-TYPE", "sOCKET-tYPE"})
  @DisplayName("37.25, 37.28, 37.29, 23.23, 23.27, 23.28: case of names does not count")
  void caseOfNamesDoesNotCount(String name) throws IOException {
    byte[] ready = ZmtpScript.properties(ZmtpCommand.READY, name, "REQ", "x-Key", "v");
    PartsSession session = accept(ZmtpScript.GREETING, ready);
    assertThat(session.peer().role()).isEqualTo(SocketRole.REQ);
    assertThat(session.peer().property("X-KEY")).contains("v");
  }

  @Test
  @DisplayName("37.26, 23.24: a value may be empty, and ends with the command at the latest")
  void valuesFitTheCommand() throws IOException {
    byte[] empty = ZmtpScript.properties(ZmtpCommand.READY, "Socket-Type", "REQ", "X-E", "");
    assertThat(accept(ZmtpScript.GREETING, empty).peer().property("X-E")).contains("");
    for (String length : new String[] {"00000002", "7fffffff", "80000000", "ffffffff"}) {
      byte[] data = Golden.bytes("0158" + length + "76");
      byte[] ready = ZmtpCodec.command(ZmtpCommand.READY, data);
      assertThatThrownBy(() -> accept(ZmtpScript.GREETING, ready))
          .isInstanceOf(PeerException.Malformed.class)
          .hasMessageContaining("property value");
    }
  }

  @Test
  @DisplayName("37.27, 23.25: the size of a value is four bytes, big-endian")
  void theSizeOfAValueIsBigEndian() {
    byte[] data = ZmtpMetadata.encode(SocketRole.REP, with(Map.of("X-A", "v".repeat(258))));
    assertThat(hex(data)).contains("03582d41" + "00000102" + "7676");
  }

  @Test
  @DisplayName("37.30, 23.29: names with X- travel as the application gave them")
  void applicationsHaveNamesOfTheirOwn() {
    ZmtpTalk talk =
        ZmtpTalk.open(ZmtpTalk.terms(SocketRole.REQ), with(Map.of("X-Rack", "7", "X-Zone", "ü")));
    assertThat(talk.dialler.peer().property("X-Rack")).contains("7");
    assertThat(talk.dialler.peer().property("x-zone")).contains("ü");
  }

  @ParameterizedTest
  @ValueSource(strings = {"CLIENT", "RADIO", "req", "BANANA", "\u0007\n"})
  @DisplayName("37.31, 23.30: an unknown socket type is refused by name")
  void unknownTypesAreRefused(String type) {
    ZmtpScript script = ZmtpScript.of(ZmtpScript.GREETING, ZmtpScript.ready(type));
    assertThatThrownBy(() -> script.accept(ZmtpTalk.terms(SocketRole.REP)))
        .isInstanceOf(PeerException.Refused.class)
        .hasMessageContaining("REP")
        .message()
        .matches("\\P{Cntrl}*");
    assertThat(script.hex()).contains(hex("\5ERROR".getBytes(StandardCharsets.US_ASCII)));
  }

  @Test
  @DisplayName("37.31: a READY without a socket type is accepted, as libzmq does")
  void aMissingTypeIsTakenForTheFirstThatFits() throws IOException {
    byte[] ready = ZmtpScript.properties(ZmtpCommand.READY);
    assertThat(accept(ZmtpScript.GREETING, ready).peer().role()).isEqualTo(SocketRole.REQ);
  }

  @Test
  @DisplayName("37.32, 37.33, 23.31: an identity has up to 255 bytes and does not begin with 00")
  void identitiesAreChecked() throws IOException {
    PartsTerms router = ZmtpTalk.terms(SocketRole.ROUTER);
    String longest = "i".repeat(255);
    byte[] ready =
        ZmtpScript.properties(ZmtpCommand.READY, "Socket-Type", "DEALER", "Identity", longest);
    assertThat(ZmtpScript.of(ZmtpScript.GREETING, ready).accept(router).peer().routingId())
        .isEqualTo(RoutingId.of(longest));
    for (String wrong : new String[] {longest + "i", "\0abcd"}) {
      byte[] bad =
          ZmtpScript.properties(ZmtpCommand.READY, "Socket-Type", "DEALER", "Identity", wrong);
      assertThatThrownBy(() -> ZmtpScript.of(ZmtpScript.GREETING, bad).accept(router))
          .isInstanceOf(PeerException.Malformed.class)
          .hasMessageContaining("Identity");
    }
    PartsTerms ours =
        new PartsTerms(
            Set.of(SocketRole.DEALER),
            RoutingId.of(new byte[] {0, 1}),
            Map.of(),
            new PartsSecurity.Open(),
            LIMITS);
    assertThatThrownBy(() -> ZmtpMetadata.encode(SocketRole.DEALER, ours))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  @DisplayName("37.32: of other types than REQ, DEALER and ROUTER an identity means nothing")
  void otherTypesHaveNoIdentity() throws IOException {
    byte[] ready =
        ZmtpScript.properties(ZmtpCommand.READY, "Socket-Type", "PUSH", "Identity", "\0x");
    PartsTerms pull = ZmtpTalk.terms(SocketRole.PULL);
    assertThat(ZmtpScript.of(ZmtpScript.GREETING, ready).accept(pull).peer().routingId())
        .isEqualTo(RoutingId.NONE);
  }

  @Test
  @DisplayName("37.34, 37.35: a resource is accepted and told")
  void resourcesAreAccepted() throws IOException {
    byte[] ready =
        ZmtpScript.properties(ZmtpCommand.READY, "Socket-Type", "REQ", "Resource", "a/b");
    assertThat(accept(ZmtpScript.GREETING, ready).peer().property("Resource")).contains("a/b");
  }

  @Test
  @DisplayName("37.44, 37.45, 37.54: SUBSCRIBE, CANCEL and PING go to peers of 3.1 only")
  void commandsOfTheVersionGoToItsPeersOnly() {
    byte[] topic = {'A'};
    assertThat(subscription(true, topic, true)).isEqualTo("040b0953554253435249424541");
    assertThat(subscription(true, topic, false)).isEqualTo("04080643414e43454c41");
    Outlet out = new Outlet();
    PartsSession old =
        ZmtpTalk.session(SocketRole.SUB, LIMITS, MemoryPipe.open(), null, null, false);
    old.encodePing(Duration.ofSeconds(1), out);
    assertThat(out.isEmpty()).isTrue();
  }

  @Test
  @DisplayName("23.39, 23.40: to a peer of 3.0 a subscription is a message, 01 or 00 and the topic")
  void subscriptionsToAnOlderPeerAreMessages() {
    byte[] topic = {'A'};
    assertThat(subscription(false, topic, true)).isEqualTo("00020141");
    assertThat(subscription(false, topic, false)).isEqualTo("00020041");
  }

  private static String subscription(boolean speaks31, byte[] topic, boolean wanted) {
    PartsSession session =
        ZmtpTalk.session(SocketRole.SUB, LIMITS, MemoryPipe.open(), null, null, speaks31);
    Outlet out = new Outlet();
    session.encodeSubscription(topic, wanted, out);
    return hex(out.toBytes());
  }

  @Test
  @DisplayName("37.43, 37.46, 37.47, 23.38, 23.41, 23.42: both forms reach the publisher")
  void bothFormsOfSubscriptionsAreTaken() throws IOException {
    String forms = "040a09535542534352494245" + "00020141" + "00020041" + "04070643414e43454c";
    assertThat(read(SocketRole.PUB, forms)).containsExactly("+", "+41", "-41", "-");
  }

  @Test
  @DisplayName("37.48, 23.43: two subscriptions need two cancels")
  void subscriptionsAreCounted() throws IOException {
    String subscribe = "040b0953554253435249424541";
    String cancel = "04080643414e43454c41";
    assertThat(read(SocketRole.XPUB, subscribe + subscribe + cancel)).containsExactly("+41");
    assertThat(read(SocketRole.XPUB, subscribe + subscribe + cancel + cancel))
        .containsExactly("+41", "-41");
    assertThat(read(SocketRole.XPUB, cancel + subscribe)).containsExactly("+41");
  }

  @Test
  @DisplayName("37.54: PING is told with its context, of which at most 16 bytes go back")
  void pingsAreTold() throws IOException {
    assertThat(read(SocketRole.PULL, "04090450494e470000abcd")).containsExactly("ping 0 abcd");
    String context = "00112233445566778899aabbccddeeff";
    assertThat(read(SocketRole.PULL, "041b0450494e47ffff" + context + "11223344"))
        .containsExactly("ping 6553500 " + context);
    Outlet out = new Outlet();
    reading(SocketRole.PULL, "").encodePong(Golden.bytes(context), out);
    assertThat(hex(out.toBytes())).isEqualTo("041504504f4e47" + context);
  }

  @ParameterizedTest
  @CsvSource({
    "PT0S,0000",
    "PT0.001S,0001",
    "PT1S,000a",
    "PT6553.5S,ffff",
    "PT9999H,ffff",
    "PT-1S,0000"
  })
  @DisplayName("37.54: the patience of a PING is told in tenths of a second, as much as fits")
  void patienceIsToldInTenths(String patience, String ttl) {
    Outlet out = new Outlet();
    reading(SocketRole.PUSH, "").encodePing(Duration.parse(patience), out);
    assertThat(hex(out.toBytes())).isEqualTo("04070450494e47" + ttl);
    out.clear();
    reading(SocketRole.PUSH, "").encodePing(Duration.ofSeconds(Long.MAX_VALUE), out);
    assertThat(hex(out.toBytes())).endsWith("ffff");
  }

  @Test
  @DisplayName("37.57, 37.58, 23.46, 23.47: short up to 255 bytes, long from 256")
  void partsAreMessageFrames() {
    assertThat(encoded(Parts.of(new byte[255]))).startsWith("00ff0000");
    assertThat(encoded(Parts.of(new byte[256]))).startsWith("020000000000000100" + "0000");
    assertThat(encoded(Parts.of(new byte[0], new byte[300]))).startsWith("0100" + "02");
  }

  @Test
  @DisplayName("37.57: a long size for a short part is read, as libzmq does")
  void aLongSizeForAShortPartIsRead() throws IOException {
    assertThat(read(SocketRole.PULL, "02000000000000000161")).containsExactly("[61]");
  }

  @Test
  @DisplayName("37.60, 23.49: names of commands are visible, and unknown ones passed over")
  void unknownCommandsArePassedOver() throws IOException {
    assertThat(read(SocketRole.XPUB, "0405044a4f494e" + "040a09737562736372696265" + "000161"))
        .containsExactly("[61]");
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
