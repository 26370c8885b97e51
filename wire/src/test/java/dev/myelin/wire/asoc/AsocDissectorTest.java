package dev.myelin.wire.asoc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.testkit.Golden;
import dev.myelin.wire.Dissection;
import dev.myelin.wire.Limits;
import dev.myelin.wire.Message.Contact;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AsocDissectorTest {
  private static final String HELLO =
      "0104000000000000000000000024a1b2c3d4e5f607182930a1b2c3d4e5f6"
          + "8b6d98913a9f26e16ba09fadc8fb89d112345678";

  @Test
  void helloShowsItsParts() {
    Dissection hello = dissect(Golden.bytes(HELLO)).getFirst();

    assertThat(hello.dialect()).isEqualTo("asoc");
    assertThat(hello.type()).isEqualTo("HELLO");
    assertThat(hello.length()).isEqualTo(36);
    assertThat(hello.error()).isEmpty();
    assertThat(List.copyOf(hello.fields().entrySet()))
        .containsExactly(
            Map.entry("version", 1L),
            Map.entry("stream_id", 0L),
            Map.entry("seq", 0L),
            Map.entry("node_id", "a1b2c3d4-e5f6-0718-2930-a1b2c3d4e5f6"),
            Map.entry("proof", "8b6d98913a9f26e16ba09fadc8fb89d1"),
            Map.entry("challenge", 305419896L));
  }

  @Test
  void acceptShowsItsParts() {
    byte[] accept = Golden.bytes("010500000000000000000000001001020304050607080ddf1774b5a3e8f7");

    assertThat(dissect(accept).getFirst().fields())
        .containsEntry("token", "0102030405060708")
        .containsEntry("signature", "0ddf1774b5a3e8f7");
  }

  @Test
  void aDatagramShowsItsParts() {
    byte[] datagram =
        Golden.bytes(
            "f069097ced1b3fc7a1b2c3d4e5f607182930a1b2c3d4e5f623286774858012345678"
                + "5bc636a229369acddc52fee6def5fce6");

    Dissection beacon = dissect(datagram).getFirst();
    assertThat(beacon.type()).isEqualTo("BEACON");
    assertThat(beacon.fields())
        .containsEntry("community_hash", "f069097ced1b3fc7")
        .containsEntry("node_id", "a1b2c3d4-e5f6-0718-2930-a1b2c3d4e5f6")
        .containsEntry("port", 9000L)
        .containsEntry("timestamp", 1735689600L)
        .containsEntry("challenge", 305419896L)
        .containsEntry("hmac", "5bc636a229369acddc52fee6def5fce6");
  }

  @ParameterizedTest
  @CsvSource({
    "0201, TRUNCATED, header: 2 bytes (expected: 14) at offset 0",
    "020100000001000000000000000178, DATA, version: 2 (expected: 1)",
    "01010000000100000000ffffffff, DATA, length: 4294967295 (expected: <= 16777216)",
    "01010000000100000000000000027a, DATA, payload: 1 (expected: 2)",
    "0104000000000000000000000023, HELLO, payload: 0 (expected: 35)",
    "01040000000000000000000000020000, HELLO, length: 2 (expected: 36)",
    "01050000000000000000000000020000, ACCEPT, length: 2 (expected: 16)",
    "0109000000000000000000ffffff, UNKNOWN(9), length: 16777215 (expected: <= 65536)",
    "01030000000000000000000000064d5958012000, CONTROL, token: 1 bytes left (expected: >= 8)"
  })
  void badInputSaysWhichRuleItBreaksAndWhere(String hex, String type, String error) {
    Dissection bad = dissect(Golden.bytes(hex)).getLast();

    assertThat(bad.type()).isEqualTo(type);
    assertThat(bad.error()).contains(error).contains("at offset 0 over asoc");
    assertThat(bad.ok()).isFalse();
  }

  @Test
  void framesAreListedUpToTheFirstThatIsBad() {
    byte[] good = new AsocWire().data(7, 0, (byte) 1).end(7, 1).bytes();
    byte[] bytes = Arrays.copyOf(good, good.length + 20);

    List<Dissection> all = dissect(bytes);

    assertThat(all).extracting(Dissection::type).containsExactly("DATA", "END", "UNKNOWN(0)");
    assertThat(all).extracting(Dissection::offset).containsExactly(0L, 15L, 29L);
    assertThat(all.getLast().error()).contains("version: 0").contains("at offset 29");
  }

  @Test
  void everyExtensionShowsItsKindAndParts() {
    AsocBytes four = AsocBytes.of(new byte[] {1, 2, 3, 4});
    byte[] bytes =
        new AsocWire()
            .open(5, 6, 1)
            .control(5, new AsocExtension.Digest(four))
            .control(5, new AsocExtension.Abort(1, "a"))
            .control(5, new AsocExtension.Cancel(3, "c"))
            .control(5, new AsocExtension.Receipt(0, 6, "r"))
            .control(0, new AsocExtension.Ping(8))
            .control(0, new AsocExtension.Pong(9))
            .control(0, new AsocExtension.Goodbye(8, "g"))
            .control(0, new AsocExtension.Fault(7, "f"))
            .control(0, new AsocExtension.Contacts(List.of(new Contact("i", "h", 1))))
            .control(0, new AsocExtension.Unknown(77))
            .bytes();

    assertThat(dissect(bytes))
        .allMatch(Dissection::ok)
        .extracting(frame -> frame.fields().get("extension"))
        .containsExactly(
            "OPEN",
            "DIGEST",
            "ABORT",
            "CANCEL",
            "RECEIPT",
            "PING",
            "PONG",
            "GOODBYE",
            "FAULT",
            "CONTACTS",
            "UNKNOWN(77)");
    assertThat(dissect(bytes).getFirst().fields())
        .containsEntry("dtype", "U8")
        .containsEntry("digest", "CRC32C")
        .containsEntry("dims", List.of(6L))
        .containsEntry("byte_length", 6L)
        .containsEntry("name", "t");
  }

  private static List<Dissection> dissect(byte[] bytes) {
    return AsocDissector.of(Limits.defaults()).dissect(MemorySegment.ofArray(bytes));
  }
}
