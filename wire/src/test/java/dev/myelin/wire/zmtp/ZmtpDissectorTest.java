package dev.myelin.wire.zmtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.testkit.Golden;
import dev.myelin.wire.Dissection;
import dev.myelin.wire.parts.PartsLimits;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ZmtpDissectorTest {
  private static final ZmtpGoldenTest.Recorded CURVE = new ZmtpGoldenTest.Recorded();

  private static List<Dissection> dissect(byte[] bytes) {
    return ZmtpDissector.of(PartsLimits.defaults()).dissect(MemorySegment.ofArray(bytes));
  }

  private static Dissection only(String hex) {
    return dissect(Golden.bytes(hex)).getFirst();
  }

  @Test
  void aConversationShowsItsParts() {
    List<Dissection> all =
        dissect(
            ZmtpCurve.join(
                ZmtpScript.GREETING,
                ZmtpScript.ready("PUB"),
                Golden.bytes("010b73656e736f722e74656d70000532352e3343")));

    assertThat(all)
        .extracting(Dissection::type)
        .containsExactly("GREETING", "READY", "MESSAGE", "MESSAGE");
    assertThat(all).extracting(Dissection::length).containsExactly(64L, 25L, 11L, 5L);
    assertThat(all).extracting(Dissection::offset).containsExactly(0L, 64L, 91L, 104L);
    assertThat(all).allMatch(Dissection::ok);
    assertThat(List.copyOf(all.getFirst().fields().entrySet()))
        .containsExactly(
            Map.entry("version", "3.1"),
            Map.entry("mechanism", "NULL"),
            Map.entry("as_server", 0L),
            Map.entry("padding", "0000000000000001"));
    assertThat(all.get(1).fields()).containsEntry("properties", Map.of("Socket-Type", "PUB"));
    assertThat(all.get(2).fields()).containsEntry("more", 1L).containsEntry("data", "sensor.temp");
    assertThat(all.get(3).fields()).containsEntry("more", 0L).containsEntry("data", "25.3C");
  }

  @Test
  void commandsShowTheirParts() {
    assertThat(only("04110953554253435249424573656e736f722e").fields())
        .containsEntry("topic", "sensor.");
    assertThat(only("04090450494e47001eabcd").fields())
        .containsEntry("ttl", 30L)
        .containsEntry("context", "abcd");
    assertThat(only("04095e52524f5203343030").type()).isEqualTo("ERROR");
    assertThat(only("04095e52524f5203343030").fields()).containsEntry("reason", "400");
    assertThat(only("0405044a4f494e").type()).isEqualTo("JOIN");
  }

  @Test
  void aPasswordIsNotShown() {
    Dissection hello = only("04130548454c4c4f0561646d696e06736563726574");
    assertThat(hello.fields()).containsEntry("user", "admin").containsEntry("password_bytes", 6L);
    assertThat(hello.toString()).doesNotContain("secret");
  }

  @Test
  void curveShowsWhatIsNotEncrypted() {
    assertThat(dissect(CURVE.bytes("hello")).getFirst().fields())
        .containsEntry("mechanism", "CURVE")
        .containsEntry("curve_version", "1.0")
        .containsEntry("padding", "zero")
        .containsEntry("counter", "1");
    assertThat(dissect(CURVE.bytes("welcome")).getFirst().fields())
        .containsEntry("box_bytes", 144L);
    assertThat(dissect(CURVE.bytes("initiate")).getFirst().fields()).containsEntry("counter", "2");
    assertThat(dissect(CURVE.bytes("ready")).getFirst().fields())
        .containsEntry("encrypted_bytes", 19L);
    assertThat(CURVE.messages("client_messages").map(each -> dissect(each).getFirst()))
        .extracting(Dissection::fields)
        .extracting(fields -> fields.get("counter"))
        .containsExactly("3", "4");
  }

  @ParameterizedTest
  @CsvSource({
    "ff00, GREETING, greeting: 2 bytes (expected: 64)",
    "00, TRUNCATED, header: 1 bytes (expected: 2)",
    "020000, TRUNCATED, header: 3 bytes (expected: 9)",
    "000561, MESSAGE, body: 1 bytes (expected: 5)",
    "100161, MESSAGE, flags: 0x10",
    "02ffffffffffffffff, MESSAGE, length: 18446744073709551615",
    "0400, COMMAND, command name: 1 bytes",
    "0401ff, COMMAND, command name: 255 bytes",
    "040705524541445901, READY, property name"
  })
  void whatIsBadIsNamed(String hex, String type, String error) {
    Dissection last = dissect(Golden.bytes(hex)).getLast();
    assertThat(last.ok()).isFalse();
    assertThat(last.type()).isEqualTo(type);
    assertThat(last.error()).contains(error).contains("over zmtp");
  }
}
