package dev.myelin.wire.zmtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.wire.ApiKey;
import dev.myelin.wire.Carrier;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.PartsSecurity;
import dev.myelin.wire.parts.PartsTerms;
import dev.myelin.wire.parts.SocketRole;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The mechanism MYELIN: who holds the key of a community, on the very same carrier, and nobody
/// else.
@Timeout(30)
class ZmtpMemberTest {
  private static final Carrier HERE = carrier(1);

  private static Carrier carrier(int fill) {
    byte[] binding = new byte[32];
    Arrays.fill(binding, (byte) fill);
    return Carrier.encrypted(binding);
  }

  private static PartsTerms member(SocketRole role, String key, String community, Carrier on) {
    return ZmtpTalk.terms(new PartsSecurity.Member(ApiKey.of(key), community, on), role);
  }

  private static void assertRefused(PartsTerms dialler, PartsTerms acceptor) {
    assertThatThrownBy(() -> ZmtpTalk.open(dialler, acceptor))
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(PeerException.Refused.class)
        .hasMessageContaining("proof does not hold");
  }

  @Test
  void letsMembersIn() {
    ZmtpTalk talk =
        ZmtpTalk.open(
            member(SocketRole.PUSH, "key", "lab", HERE),
            member(SocketRole.PULL, "key", "lab", HERE));
    assertThat(talk.acceptor.peer().mechanism()).isEqualTo("MYELIN");
    assertThat(talk.acceptor.peer().role()).isEqualTo(SocketRole.PUSH);
    assertThat(talk.dialler.peer().role()).isEqualTo(SocketRole.PULL);
  }

  @Test
  void refusesAnotherKey() {
    assertRefused(
        member(SocketRole.PUSH, "other", "lab", HERE), member(SocketRole.PULL, "key", "lab", HERE));
  }

  @Test
  void refusesAnotherCommunity() {
    assertRefused(
        member(SocketRole.PUSH, "key", "office", HERE),
        member(SocketRole.PULL, "key", "lab", HERE));
  }

  @Test
  void refusesAProofThatWasPassedOnFromAnotherCarrier() {
    assertRefused(
        member(SocketRole.PUSH, "key", "lab", carrier(2)),
        member(SocketRole.PULL, "key", "lab", HERE));
  }

  @Test
  void doesNotTakeItsOwnProofBack() throws Exception {
    // A mirror sends back what it was sent; the proof of a client is none of a server.
    PartsSecurity.Member member = new PartsSecurity.Member(ApiKey.of("key"), "lab", HERE);
    ZmtpMember client = new ZmtpMember(member, new Random(1));
    client.welcome(cursor(client.hello()));
    byte[] mirrored = client.initiate(new byte[0]);
    assertThatThrownBy(() -> client.ready(cursor(mirrored)))
        .isInstanceOf(PeerException.Refused.class)
        .hasMessageContaining("proof does not hold");
  }

  @Test
  void provesWhatItsPageSays() throws Exception {
    // The vector of docs/reference/wire/zmtp.md, computed there with another program.
    PartsSecurity.Member member = new PartsSecurity.Member(ApiKey.of("key"), "lab", HERE);
    ZmtpMember client = new ZmtpMember(member, () -> 0x0706050403020100L);
    client.welcome(cursor(HexFormat.of().parseHex("01" + "ab".repeat(32))));
    assertThat(HexFormat.of().formatHex(client.hello()))
        .isEqualTo("01" + "0001020304050607".repeat(4));
    assertThat(HexFormat.of().formatHex(client.initiate(new byte[0])))
        .isEqualTo("964e59e641b59187cc4eb03705f01757d12b5708f21fcb0776e5866a8b307cc3");
  }

  @Test
  void refusesAnotherVersion() {
    PartsSecurity.Member member = new PartsSecurity.Member(ApiKey.of("key"), "lab", HERE);
    ZmtpMember server = new ZmtpMember(member, new Random(1));
    byte[] hello = new byte[33];
    hello[0] = 2;
    assertThatThrownBy(() -> server.helloed(cursor(hello)))
        .isInstanceOf(PeerException.Malformed.class)
        .hasMessageContaining("version: 2");
  }

  private static ZmtpCursor cursor(byte[] data) {
    return new ZmtpCursor(data, 0, 0, "a command");
  }
}
