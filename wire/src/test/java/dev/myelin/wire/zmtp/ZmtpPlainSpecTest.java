package dev.myelin.wire.zmtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.testkit.Golden;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.PartsSecurity;
import dev.myelin.wire.parts.PartsTerms;
import dev.myelin.wire.parts.SocketRole;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What PLAIN (RFC 24) says of the wire. It has no sentence with SHALL or MUST; its grammar binds.
class ZmtpPlainSpecTest {
  private static final byte[] GREETING = ZmtpScript.greeting("PLAIN");
  private static final byte[] INITIATE =
      ZmtpScript.properties(ZmtpCommand.INITIATE, "Socket-Type", "REQ");

  private static PartsTerms server(AtomicReference<PartsSecurity.Claim> claimed) {
    PartsSecurity.Authenticator all =
        claim -> {
          claimed.set(claim);
          return "somebody";
        };
    return ZmtpTalk.terms(new PartsSecurity.PlainServer(all), SocketRole.REP);
  }

  private static PartsTerms client() {
    return ZmtpTalk.terms(new PartsSecurity.PlainClient("admin", "secret"), SocketRole.REQ);
  }

  private static byte[] hello(String hex) {
    return ZmtpCodec.command(ZmtpCommand.HELLO, Golden.bytes(hex));
  }

  @Test
  @DisplayName("24, hello: user and password may be empty, and each has one byte of length")
  void userAndPasswordMayBeEmpty() throws Exception {
    AtomicReference<PartsSecurity.Claim> claimed = new AtomicReference<>();
    ZmtpScript.of(GREETING, hello("0000"), INITIATE).accept(server(claimed));
    assertThat(claimed.get()).isEqualTo(new PartsSecurity.Claim("PLAIN", "", "", ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "01", "0161", "016101", "0161016200", "ff61"})
  @DisplayName("24, hello: lengths fill the command exactly")
  void lengthsFillTheCommand(String data) {
    assertThatThrownBy(
            () ->
                ZmtpScript.of(GREETING, hello(data), INITIATE)
                    .accept(server(new AtomicReference<>())))
        .isInstanceOf(PeerException.Malformed.class);
  }

  @Test
  @DisplayName("24, hello: 256 bytes of user or password are misuse")
  void longCredentialsAreMisuse() {
    PartsSecurity.PlainClient client = new PartsSecurity.PlainClient("u".repeat(256), "");
    assertThatThrownBy(() -> ZmtpPlain.hello(client))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("user: 256 bytes (expected: <= 255)");
  }

  @Test
  @DisplayName("24, plain: a server takes no READY before its WELCOME, and no INITIATE first")
  void theOrderOfCommandsBinds() {
    assertThatThrownBy(
            () -> ZmtpScript.of(GREETING, INITIATE).accept(server(new AtomicReference<>())))
        .isInstanceOf(PeerException.Malformed.class)
        .hasMessageContaining("INITIATE (expected: HELLO)");
    assertThatThrownBy(() -> ZmtpScript.of(GREETING, ZmtpScript.ready("REP")).dial(client()))
        .isInstanceOf(PeerException.Malformed.class)
        .hasMessageContaining("READY (expected: WELCOME)");
  }

  @Test
  @DisplayName("24, welcome: it has no data")
  void welcomeHasNoData() {
    byte[] welcome = ZmtpCodec.command(ZmtpCommand.WELCOME, new byte[1]);
    assertThatThrownBy(() -> ZmtpScript.of(GREETING, welcome).dial(client()))
        .isInstanceOf(PeerException.Malformed.class)
        .hasMessageContaining("1 bytes too many");
  }

  @Test
  @DisplayName("24, plain: who is not let in gets an ERROR instead of WELCOME")
  void whoIsNotLetInGetsAnError() {
    ZmtpScript script = ZmtpScript.of(GREETING, hello("01610162"));
    PartsTerms nobody = ZmtpTalk.terms(new PartsSecurity.PlainServer(_ -> null), SocketRole.REP);
    assertThatThrownBy(() -> script.accept(nobody)).isInstanceOf(PeerException.Refused.class);
    assertThat(script.hex()).endsWith("040a" + "054552524f52" + "03343030");
  }

  @Test
  @DisplayName("24, hello: WELCOME in its place, as libzmq 4.3.0 wrote, is understood")
  void theHelloOfAnOldLibzmqIsUnderstood() throws Exception {
    AtomicReference<PartsSecurity.Claim> claimed = new AtomicReference<>();
    byte[] welcome = ZmtpCodec.command(ZmtpCommand.WELCOME, Golden.bytes("01610162"));
    ZmtpScript.of(GREETING, welcome, INITIATE).accept(server(claimed));
    assertThat(claimed.get().user()).isEqualTo("a");
  }
}
