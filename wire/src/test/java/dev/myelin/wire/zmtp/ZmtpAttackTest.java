package dev.myelin.wire.zmtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.myelin.testkit.Golden;
import dev.myelin.wire.MemoryPipe;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.PartsLimits;
import dev.myelin.wire.parts.PartsSecurity;
import dev.myelin.wire.parts.PartsSession;
import dev.myelin.wire.parts.SocketRole;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a hostile peer may try, and what it gets.
@Timeout(60)
class ZmtpAttackTest {
  private static final PartsLimits SMALL = new PartsLimits(1000, 3, 600, 2, 8);

  private static Throwable receiving(SocketRole role, PartsLimits limits, byte[] bytes)
      throws IOException {
    PartsSession session = ZmtpTalk.reading(role, limits, bytes);
    try (ZmtpTalk.Received received = new ZmtpTalk.Received()) {
      Throwable thrown =
          catchThrowable(
              () -> {
                while (session.receive(received)) {
                  // Until it fails or ends.
                }
              });
      session.close();
      assertThat(received.pool.outstanding()).isZero();
      return thrown;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "02, 7fffffffffffffff, messageBytes",
    "02, 8000000000000000, messageBytes",
    "02, ffffffffffffffff, messageBytes",
    "03, 00000000000003e9, messageBytes",
    "06, 7fffffffffffffff, command",
    "06, ffffffffffffffff, command",
    "06, 0000000000000201, command"
  })
  void everyLengthIsCheckedBeforeAnythingIsAllocated(String flags, String length, String what)
      throws IOException {
    Throwable thrown = receiving(SocketRole.PULL, SMALL, Golden.bytes(flags + length + "00"));
    assertThat(thrown)
        .isInstanceOf(PeerException.Malformed.class)
        .hasMessageContaining(
            "length: " + Long.toUnsignedString(Long.parseUnsignedLong(length, 16)))
        .hasMessageContaining("offset 0")
        .hasMessageContaining(what.equals("command") ? "of a command" : "of a message");
  }

  @Test
  void theLengthsOfAllPartsAreAdded() throws IOException {
    byte[] nearly = Golden.bytes("0101aa" + "0300000000000003e7");
    byte[] whole = Arrays.copyOf(nearly, nearly.length + 999);
    // 1 + 999 bytes are allowed, one more is not, however its length is written.
    for (String last : new String[] {"000161", "020000000000000001" + "61", "027fffffffffffffff"}) {
      byte[] all = ZmtpCurve.join(whole, Golden.bytes(last));
      assertThat(receiving(SocketRole.PULL, SMALL, all))
          .isInstanceOf(PeerException.Malformed.class)
          .hasMessageContaining("behind 1000 bytes")
          .hasMessageContaining("offset " + whole.length);
    }
    assertThat(receiving(SocketRole.PULL, SMALL, ZmtpCurve.join(whole, new byte[2]))).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"PULL", "PUB", "XPUB", "PUSH"})
  void aMillionTinyPartsAreNotGathered(String role) throws IOException {
    byte[] parts = new byte[2_000_000];
    for (int i = 0; i < parts.length; i += 2) {
      parts[i] = 1;
    }
    assertThat(receiving(SocketRole.valueOf(role), PartsLimits.defaults(), parts))
        .isInstanceOf(PeerException.Malformed.class)
        .hasMessageContaining("parts: 4097 (expected: <= 4096)")
        .hasMessageContaining("offset 8192");
  }

  @Test
  void subscriptionsAreBounded() throws IOException {
    String three = "000301" + "6161" + "000301" + "6262" + "000301" + "6363";
    assertThat(receiving(SocketRole.XPUB, SMALL, Golden.bytes(three)))
        .isInstanceOf(PeerException.Malformed.class)
        .hasMessageContaining("subscriptions: 3 (expected: <= 2)");
    String comingAndGoing = "000201" + "61" + "000200" + "61";
    assertThat(receiving(SocketRole.XPUB, SMALL, Golden.bytes(comingAndGoing.repeat(1000))))
        .isNull();
    String again = "000201" + "61";
    assertThat(receiving(SocketRole.PUB, SMALL, Golden.bytes(again.repeat(1000)))).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "000a01" + "616263646566676869",
        "000a00" + "616263646566676869",
        "0413095355425343524942" + "45" + "616263646566676869",
        "0410064341" + "4e43454c" + "616263646566676869",
        "020000000000000064" + "01" + "61616161"
      })
  void longSubscriptionsAreRefused(String frame) throws IOException {
    byte[] bytes = Arrays.copyOf(Golden.bytes(frame), 200);
    assertThat(receiving(SocketRole.XPUB, SMALL, bytes))
        .isInstanceOf(PeerException.Malformed.class)
        .hasMessageContaining("subscription: ");
  }

  @Test
  void aSubscriptionIsOneAtAnyLengthThatIsAllowed() throws IOException {
    PartsLimits generous = new PartsLimits(1 << 20, 3, 600, 2, 20_000);
    byte[] subscription = new byte[9 + 1 + 20_000];
    ZmtpHeader.put(subscription, 0, 0, 20_001);
    subscription[9] = 1;
    PartsSession session = ZmtpTalk.reading(SocketRole.XPUB, generous, subscription);
    try (ZmtpTalk.Received received = ZmtpTalk.drain(session)) {
      assertThat(received.all).containsExactly("+" + "00".repeat(20_000));
    }
  }

  @Test
  void aHugeSubscriptionIsRefusedBeforeItHasCome() throws IOException {
    byte[] begin = Golden.bytes("02000000000fffffff" + "0161");
    assertThat(receiving(SocketRole.PUB, PartsLimits.defaults(), begin))
        .isInstanceOf(PeerException.Malformed.class)
        .hasMessageContaining("subscription: 268435454 bytes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0600000000000002590552", "06ffffffffffffffff05", "067fffffffffffffff05"})
  void commandsOfTheHandshakeAreBounded(String frame) {
    ZmtpScript script = ZmtpScript.of(ZmtpScript.GREETING, Golden.bytes(frame));
    assertThatThrownBy(
            () -> script.accept(ZmtpTalk.terms(new PartsSecurity.Open(), SMALL, SocketRole.REP)))
        .isInstanceOf(PeerException.Malformed.class)
        .hasMessageContaining("(expected: <= 600)");
  }

  @Test
  void aHandshakeDoesNotGoOnForever() {
    byte[] command = ZmtpCodec.command("NOVELTY", new byte[100]);
    byte[][] endless = new byte[1000][];
    Arrays.fill(endless, command);
    ZmtpScript script = ZmtpScript.of(ZmtpScript.GREETING, ZmtpCurve.join(endless));
    assertThatThrownBy(() -> script.accept(ZmtpTalk.terms(SocketRole.REP)))
        .isInstanceOf(PeerException.Malformed.class)
        .hasMessageContaining("command: NOVELTY (expected: READY)");
  }

  @Test
  void wordsOfAPeerCannotWriteLines() {
    byte[] error =
        ZmtpCodec.command(ZmtpCommand.ERROR, Golden.bytes("0a" + "41420d0a1b5b316d00ff"));
    ZmtpScript script = ZmtpScript.of(ZmtpScript.GREETING, error);
    assertThatThrownBy(() -> script.accept(ZmtpTalk.terms(SocketRole.REP)))
        .hasMessage("refused by the peer: AB...[1m..");
  }

  @Test
  void aFlippedBitInAWholeCurveSessionNeverPassesUnseen() throws IOException {
    byte[] key = new byte[32];
    PartsSession writer =
        ZmtpTalk.session(
            SocketRole.PAIR,
            PartsLimits.defaults(),
            MemoryPipe.open(),
            new ZmtpSealer(key, ZmtpCurve.FROM_CLIENT, 2),
            null,
            true);
    Parts[] sent = {Parts.of("one"), Parts.of("two", "", "three"), Parts.of("x".repeat(300))};
    byte[] bytes = {};
    for (Parts each : sent) {
      bytes = ZmtpCurve.join(bytes, ZmtpTalk.encode(writer, each));
    }
    List<String> all = Arrays.stream(sent).map(ZmtpTalk::describe).toList();
    for (int bit = 0; bit < 8 * bytes.length; bit++) {
      byte[] flipped = bytes.clone();
      flipped[bit / 8] ^= (byte) (1 << (bit % 8));
      List<String> received = received(key, flipped);
      assertThat(received).as("bit " + bit).isEqualTo(all.subList(0, received.size()));
      // The bits that say command, MORE and long of a frame around are not covered by its box.
      boolean uncovered = received.size() == all.size();
      assertThat(!uncovered || HexFormat.of().toHexDigits(flipped[bit / 8]).startsWith("0"))
          .as("bit " + bit)
          .isTrue();
    }
    assertThat(received(key, bytes)).isEqualTo(all);
  }

  private static List<String> received(byte[] key, byte[] bytes) throws IOException {
    PartsSession session =
        ZmtpTalk.session(
            SocketRole.PAIR,
            PartsLimits.defaults(),
            MemoryPipe.of(bytes),
            null,
            new ZmtpOpener(key, ZmtpCurve.FROM_CLIENT, 2),
            true);
    try (ZmtpTalk.Received received = new ZmtpTalk.Received()) {
      try (session) {
        while (session.receive(received)) {
          // Until it fails or ends.
        }
      } catch (PeerException expected) {
        assertThat(expected).hasMessageNotContaining("three");
      }
      return received.all;
    }
  }

  @Test
  void aLargeSealedPartIsNotHandedOverUnlessItsBoxHolds() throws IOException {
    byte[] key = new byte[32];
    PartsSession writer =
        ZmtpTalk.session(
            SocketRole.PAIR,
            PartsLimits.defaults(),
            MemoryPipe.open(),
            new ZmtpSealer(key, ZmtpCurve.FROM_CLIENT, 2),
            null,
            true);
    byte[] bytes = ZmtpTalk.encode(writer, Parts.of(new byte[100_000]));
    assertThat(received(key, bytes)).hasSize(1);
    for (int at : new int[] {9, 16, 17, 25, 40, 41, 42, 5000, 100_000, bytes.length - 1}) {
      byte[] flipped = bytes.clone();
      flipped[at] ^= 1;
      assertThat(received(key, flipped)).as("byte " + at).isEmpty();
    }
    assertThat(received(key, Arrays.copyOf(bytes, bytes.length - 1))).isEmpty();
  }

  @Test
  void limitsHoldUnderCurveToo() throws IOException {
    byte[] key = new byte[32];
    PartsSession writer =
        ZmtpTalk.session(
            SocketRole.PAIR,
            PartsLimits.defaults(),
            MemoryPipe.open(),
            new ZmtpSealer(key, ZmtpCurve.FROM_CLIENT, 2),
            null,
            true);
    for (Parts tooMuch :
        List.of(
            Parts.of(new byte[1001]),
            Parts.of(new byte[20_000]),
            Parts.of(new byte[600], new byte[401]),
            Parts.of("", "", "", ""))) {
      byte[] bytes = ZmtpTalk.encode(writer, tooMuch);
      PartsSession session =
          ZmtpTalk.session(
              SocketRole.PAIR,
              SMALL,
              MemoryPipe.of(bytes),
              null,
              new ZmtpOpener(key, ZmtpCurve.FROM_CLIENT, 2),
              true);
      assertThatThrownBy(() -> ZmtpTalk.drain(session))
          .isInstanceOf(PeerException.Malformed.class)
          .hasMessageContaining("of a message");
    }
  }
}
