package dev.myelin.net.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeerTextTest {
  @Test
  void knowsAddressesNamesAndServices() {
    assertThat(PeerText.parse("10.0.0.1:9000")).isEqualTo(new PeerText.Literal("10.0.0.1", 9000));
    assertThat(PeerText.parse(" [fd00::7]:9001 ")).isEqualTo(new PeerText.Literal("fd00::7", 9001));
    assertThat(PeerText.parse("db-1.example.org:1"))
        .isEqualTo(new PeerText.Name("db-1.example.org", 1));
    assertThat(PeerText.parse("1a:65535")).isEqualTo(new PeerText.Name("1a", 65535));
    assertThat(PeerText.parse("asoc://node:9000")).isEqualTo(new PeerText.Name("node", 9000));
    assertThat(PeerText.parse("srv:_myelin._tcp.example.org"))
        .isEqualTo(new PeerText.Service("_myelin._tcp.example.org"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.1:9000", "[fd00::7]:9001", "node:9000", "srv:_m._tcp.x"})
  void printsWhatWasWritten(String text) {
    assertThat(PeerText.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":",
        "node",
        "node:",
        "node:x",
        "node:0",
        "node:65536",
        "node:-1",
        ":9000",
        "a b:9000",
        "fd00::7:9000",
        "[fd00::7]",
        "[nonsense]:9000",
        "10.0.0.256:9000",
        "ldap://x/y:1",
        "srv:",
        "srv:ldap://x",
        "srv:a/b"
      })
  void refusesWhatNamesNoPeer(String text) {
    assertThatThrownBy(() -> PeerText.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("peer: " + text)
        .hasMessageContaining("(expected: ");
  }
}
