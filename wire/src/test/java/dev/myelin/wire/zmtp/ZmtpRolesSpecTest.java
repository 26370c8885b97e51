package dev.myelin.wire.zmtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.testkit.Golden;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.Outlet;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.PartsLimits;
import dev.myelin.wire.parts.PartsSession;
import dev.myelin.wire.parts.SocketRole;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// What RFC 28 to 31 say of the wire; sentences are counted as in [ZmtpSpecTest]. Queues, turns and
/// addresses are the patterns' matter.
@Timeout(60)
class ZmtpRolesSpecTest {
  private static final Set<String> PAIRS =
      Set.of(
          ("REQ-REP REQ-ROUTER REP-REQ REP-DEALER DEALER-REP DEALER-DEALER DEALER-ROUTER"
                  + " ROUTER-REQ ROUTER-DEALER ROUTER-ROUTER PUB-SUB PUB-XSUB XPUB-SUB XPUB-XSUB"
                  + " SUB-PUB SUB-XPUB XSUB-PUB XSUB-XPUB PUSH-PULL PULL-PUSH PAIR-PAIR")
              .split(" "));

  static Stream<Arguments> everyTwo() {
    List<Arguments> all = new ArrayList<>();
    for (SocketRole one : SocketRole.values()) {
      for (SocketRole other : SocketRole.values()) {
        all.add(Arguments.of(one, other));
      }
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("everyTwo")
  @DisplayName("28 to 31, 37: only roles that speak to each other are connected")
  void rolesFitOrAreRefused(SocketRole ours, SocketRole theirs) throws IOException {
    ZmtpScript script = ZmtpScript.of(ZmtpScript.GREETING, ZmtpScript.ready(theirs.name()));
    if (PAIRS.contains(ours + "-" + theirs)) {
      assertThat(script.accept(ZmtpTalk.terms(ours)).peer().role()).isEqualTo(theirs);
    } else {
      assertThatThrownBy(() -> script.accept(ZmtpTalk.terms(ours)))
          .isInstanceOf(PeerException.Refused.class)
          .hasMessageContaining(ours.name())
          .hasMessageContaining(theirs.name());
      ZmtpScript dialled = ZmtpScript.of(ZmtpScript.GREETING, ZmtpScript.ready(theirs.name()));
      assertThatThrownBy(() -> dialled.dial(ZmtpTalk.terms(ours)))
          .isInstanceOf(PeerException.Refused.class);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"REQ", "REP", "DEALER", "ROUTER", "SUB", "XSUB", "PULL", "PAIR"})
  @DisplayName("28.2, 28.9, 28.11, 28.20, 29.33, 29.39, 30.13, 31.1: what comes in is not changed")
  void whatComesInIsNotChanged(SocketRole role) throws IOException {
    assertThat(read(role, "0104494400aa" + "0100" + "000548656c6c6f"))
        .containsExactly("[494400aa, , 48656c6c6f]");
    assertThat(read(role, "00020141" + "00020041")).containsExactly("[0141]", "[0041]");
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("28.2, 28.9, 28.20, 29.7, 29.17, 29.43, 30.2, 31.1: what goes out is not changed")
  void whatGoesOutIsNotChanged(SocketRole role) {
    PartsSession session = ZmtpTalk.reading(role, PartsLimits.defaults(), new byte[0]);
    assertThat(ZmtpTalk.encode(session, Parts.of("id", "", "Hello")))
        .isEqualTo(Golden.bytes("01026964" + "0100" + "000548656c6c6f"));
  }

  @ParameterizedTest
  @EnumSource(names = {"PUB", "PUSH"})
  @DisplayName("29.1, 29.6, 30.1: what a PUB or PUSH is sent is dropped, however large, in silence")
  void senderRolesDropWhatComes(SocketRole role) throws IOException {
    PartsSession peer = ZmtpTalk.reading(SocketRole.PAIR, PartsLimits.defaults(), new byte[0]);
    byte[] all =
        ZmtpCurve.join(
            ZmtpTalk.encode(peer, Parts.of("hey")),
            ZmtpTalk.encode(peer, Parts.of("two", "parts")),
            ZmtpTalk.encode(peer, Parts.of(filled(100_000))),
            ZmtpTalk.encode(peer, Parts.of(filled(3), filled(9000), filled(2))),
            Golden.bytes("04070450494e47001e"));
    PartsSession session = ZmtpTalk.reading(role, PartsLimits.defaults(), all);
    try (ZmtpTalk.Received received = ZmtpTalk.drain(session)) {
      assertThat(received.all).containsExactly("ping 3000 ");
      assertThat(received.pool.outstanding()).isZero();
    }
  }

  private static byte[] filled(int size) {
    byte[] bytes = new byte[size];
    Arrays.fill(bytes, (byte) 'x');
    return bytes;
  }

  @ParameterizedTest
  @EnumSource(names = {"PUB", "XPUB"})
  @DisplayName("29.11, 29.12, 29.23, 29.24: subscriptions are told apart from messages")
  void publishersAreToldOfSubscriptions(SocketRole role) throws IOException {
    assertThat(read(role, "00020141" + "040b0953554253435249424542")).containsExactly("+41", "+42");
  }

  @Test
  @DisplayName("29.22: anything else that an XPUB is sent is a message")
  void anXpubReceivesOtherMessages() throws IOException {
    assertThat(read(SocketRole.XPUB, "000168" + "0000" + "010101" + "000161" + "000402414243"))
        .containsExactly("[68]", "[]", "[01, 61]", "[02414243]");
  }

  @ParameterizedTest
  @EnumSource(
      names = {"PUB", "XPUB"},
      mode = EnumSource.Mode.EXCLUDE)
  @DisplayName("29.11, 29.23: nobody else takes subscriptions")
  void othersAreNotToldOfSubscriptions(SocketRole role) throws IOException {
    assertThat(read(role, "040b0953554253435249424542")).isEmpty();
  }

  @Test
  @DisplayName("29.48: an XSUB too asks by command where the peer knows it")
  void anXsubAsksByCommand() {
    Outlet out = new Outlet();
    ZmtpTalk.reading(SocketRole.XSUB, PartsLimits.defaults(), new byte[0])
        .encodeSubscription(new byte[] {'B'}, true, out);
    assertThat(out.toBytes()).isEqualTo(Golden.bytes("040b0953554253435249424542"));
  }

  private static List<String> read(SocketRole role, String hex) throws IOException {
    PartsSession session = ZmtpTalk.reading(role, PartsLimits.defaults(), Golden.bytes(hex));
    try (ZmtpTalk.Received received = ZmtpTalk.drain(session)) {
      return received.all;
    }
  }
}
