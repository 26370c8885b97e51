package dev.myelin.wire.zmtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.wire.ApiKey;
import dev.myelin.wire.Carrier;
import dev.myelin.wire.Dissection;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.PartsHost;
import dev.myelin.wire.parts.PartsLimits;
import dev.myelin.wire.parts.PartsSecurity;
import dev.myelin.wire.parts.PartsSession;
import dev.myelin.wire.parts.PartsTerms;
import dev.myelin.wire.parts.SocketRole;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A place where several sockets may be found, and how its mechanism is dissected.
@Timeout(60)
class ZmtpHostTest {
  private static final PartsSecurity MEMBER = member("key-of-us-16-chars", "us", Carrier.plain());

  private static PartsSecurity.Member member(String key, String community, Carrier carrier) {
    return new PartsSecurity.Member(ApiKey.of(key), community, carrier);
  }

  private static PartsTerms terms(PartsSecurity security, SocketRole role) {
    return ZmtpTalk.terms(security, role);
  }

  @Test
  void whoOffersNothingGetsNothing() {
    assertThatThrownBy(
            () -> ZmtpTalk.open(ZmtpTalk.terms(SocketRole.PUSH), terms(MEMBER, SocketRole.PULL)))
        .cause()
        .isInstanceOf(PeerException.Refused.class)
        .hasMessageContaining("NULL")
        .hasMessageContaining("MYELIN");
  }

  @Test
  void theHandshakeIsDissected() {
    ZmtpMember client = new ZmtpMember((PartsSecurity.Member) MEMBER, new Random(1));
    byte[] hello = ZmtpCodec.command(ZmtpCommand.HELLO, client.hello());
    byte[] initiate =
        ZmtpCodec.command(
            ZmtpCommand.INITIATE, client.initiate(ZmtpScript.metadata("Socket-Type", "PULL")));
    List<Dissection> all =
        ZmtpDissector.of(PartsLimits.defaults())
            .dissect(MemorySegment.ofArray(ZmtpCurve.join(hello, initiate)));
    assertThat(all).hasSize(2).allMatch(Dissection::ok);
    assertThat(all.getFirst().fields()).containsEntry("mechanism", "MYELIN");
    assertThat(all.getLast().fields())
        .containsEntry("properties", Map.of("Socket-Type", "PULL"))
        .containsKey("proof");
  }

  /// A place with a socket for each of two services.
  private static final class Place implements PartsHost {
    @Override
    public PartsLimits limits() {
      return PartsLimits.defaults();
    }

    @Override
    public PartsSecurity security(String mechanism) throws PeerException {
      return switch (mechanism) {
        case "NULL" -> new PartsSecurity.Open();
        case "MYELIN" -> MEMBER;
        case "PLAIN" -> new PartsSecurity.Open(); // a mistake
        default -> throw new PeerException.Refused("not by " + mechanism.length() + " letters");
      };
    }

    @Override
    public PartsTerms terms(SocketRole peer, Map<String, String> told) throws PeerException {
      if (!"resize".equals(told.get("Resource"))) {
        throw new PeerException.Refused("nobody is called " + told.get("resource"));
      }
      return ZmtpTalk.terms(SocketRole.REP, SocketRole.PULL);
    }
  }

  private static PartsSession reach(ZmtpScript script) throws IOException {
    return ZmtpDialect.INSTANCE.accept(script.in(), script.written, new Place());
  }

  private static byte[] ready(String resource) {
    return ZmtpScript.properties(ZmtpCommand.READY, "Socket-Type", "PUSH", "resource", resource);
  }

  @Test
  void aPlaceGivesAPeerWhomItLooksFor() throws IOException {
    ZmtpScript script = ZmtpScript.of(ZmtpScript.GREETING, ready("resize"));
    assertThat(reach(script).role()).isEqualTo(SocketRole.PULL);
    assertThat(script.hex())
        .isEqualTo(
            HexFormat.of()
                .formatHex(ZmtpCurve.join(ZmtpScript.GREETING, ZmtpScript.ready("PULL"))));
  }

  @Test
  void aPlaceSaysThatNobodyTakesAPeer() {
    ZmtpScript script = ZmtpScript.of(ZmtpScript.GREETING, ready("paint"));
    assertThatThrownBy(() -> reach(script))
        .isInstanceOf(PeerException.Refused.class)
        .hasMessageContaining("nobody is called paint");
    assertThat(script.hex()).contains("054552524f52");
  }

  @Test
  void aPlaceTellsNoMechanismBeforeThePeerDoes() {
    ZmtpScript silent = ZmtpScript.of();
    assertThatThrownBy(() -> reach(silent)).isInstanceOf(PeerException.Closed.class);
    assertThat(silent.hex()).isEqualTo("ff00000000000000017f0301");
    ZmtpScript curve = ZmtpScript.of(ZmtpScript.greeting("CURVE"));
    assertThatThrownBy(() -> reach(curve)).isInstanceOf(PeerException.Refused.class);
  }

  @Test
  void aPlaceThatMixesMechanismsUpLetsNobodyIn() {
    ZmtpScript plain = ZmtpScript.of(ZmtpScript.greeting("PLAIN"), ready("resize"));
    assertThatThrownBy(() -> reach(plain))
        .isInstanceOf(PeerException.Refused.class)
        .hasMessageContaining("PLAIN (expected: NULL");
  }
}
