package dev.myelin.net.communicator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.net.communicator.MooncakeHeader.Checksum;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.wire.PeerException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Bytes that the original codec of both generations made.
class MooncakeGoldenTest {
  private static final byte[] NOTHING = {};
  private static final String TENSOR =
      "21514d5a010000000001000000000000000000000000000040000000000000000000020000000200000000040000"
          + "000000000004000000000000000000000000000000000000000000000000000000000000";
  private static final String TOPIC_TENSOR =
      "21514d5a0100000002030000000000000000010000003000000000000000a85a6a85070000000200000002000000"
          + "00000000030000000000000000000000000000000000000000000000000000000000000074";

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }

  @ParameterizedTest
  @CsvSource({
    "REQ, '', Hello, ZERO, 21514d5a010000000000000000000000000000000000050000000000000000000000",
    "REQ, '', Hello, CRC32, 21514d5a01000000000000000000000000000000000005000000000000008289d1f7",
    "REP, '', World, CRC32, 21514d5a0100000001000000000000000000000000000500000000000000473eb6fb",
    "PUB, sensor.temp, 25.3C, CRC32, "
        + "21514d5a01000000020200000000000000000b0000000500000000000000"
        + "7ab7b66773656e736f722e74656d70",
    "PUSH, '', Task 0, CRC32, 21514d5a0100000004000000000000000000000000000600000000000000028ada0c",
    "PAIR, '', '', CRC32, 21514d5a010000000600000000000000000000000000000000000000000000000000"
  })
  void writesAndReadsWhatTheOriginalWrote(
      ZmqSocketType type, String topic, String data, Checksum checksum, String expected)
      throws Exception {
    byte[] payload = data.getBytes(UTF_8);
    MooncakeHeader header = MooncakeHeader.of(type, 0, topic, payload.length);
    assertThat(header.encode(payload, checksum)).asHexString().isEqualToIgnoringCase(expected);
    assertThat(MooncakeHeader.decode(hex(expected), payload, checksum)).isEqualTo(header);
  }

  @Test
  void writesAndReadsTheHeadersOfTensors() throws Exception {
    MooncakeHeader plain =
        MooncakeHeader.of(ZmqSocketType.REQ, 0, "", DType.F32, Shape.of(1024, 1024));
    MooncakeHeader topic = MooncakeHeader.of(ZmqSocketType.PUB, 0, "t", DType.I64, Shape.of(2, 3));
    assertThat(plain.encode(NOTHING, Checksum.CRC32)).isEqualTo(hex(TENSOR));
    assertThat(topic.encode(NOTHING, Checksum.CRC32)).isEqualTo(hex(TOPIC_TENSOR));
    assertThat(MooncakeHeader.decodeTensor(hex(TENSOR), 4194304, Checksum.CRC32)).isEqualTo(plain);
    assertThat(MooncakeHeader.decodeTensor(hex(TOPIC_TENSOR), 48, Checksum.CRC32)).isEqualTo(topic);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 00, magic",
    "4, 02, version",
    "8, 07, socket type",
    "9, 05, flags",
    "18, 02, topic length",
    "22, 31, data length",
    "30, 00, checksum",
    "34, 0a, element type",
    "38, 05, rank",
    "49, 80, shape",
    "42, 03, shape",
    "74, 01, layout"
  })
  void refusesEveryFieldThatDoesNotFit(int offset, String value, String field) {
    byte[] bytes = hex(TOPIC_TENSOR);
    bytes[offset] = hex(value)[0];
    assertThatThrownBy(() -> MooncakeHeader.decodeTensor(bytes, 48, Checksum.CRC32))
        .isInstanceOf(PeerException.Malformed.class)
        .hasMessageContaining(field);
  }

  @Test
  void refusesEveryCut() {
    byte[] bytes = hex(TOPIC_TENSOR);
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> MooncakeHeader.decodeTensor(cut, 48, Checksum.CRC32))
          .isInstanceOf(PeerException.Malformed.class);
    }
  }

  @Test
  void hasNoPlaceForBf16AndMoreThanFourAxes() {
    assertThatThrownBy(() -> MooncakeHeader.of(ZmqSocketType.REQ, 0, "", DType.BF16, Shape.of(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("BF16");
    assertThatThrownBy(
            () -> MooncakeHeader.of(ZmqSocketType.REQ, 0, "", DType.F32, Shape.of(1, 1, 1, 1, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("rank: 5");
  }

  @Test
  void writesAndReadsSeveralFrames() throws Exception {
    String expected = "03000000080000007461736b2d31323300000000020000000001";
    List<byte[]> frames = List.of("task-123".getBytes(UTF_8), NOTHING, new byte[] {0, 1});
    assertThat(MooncakeFrames.encode(frames)).isEqualTo(hex(expected));
    assertThat(MooncakeFrames.decode(hex(expected))).containsExactlyElementsOf(frames);
    for (int length = 0; length < 26; length++) {
      byte[] cut = Arrays.copyOf(hex(expected), length);
      assertThatThrownBy(() -> MooncakeFrames.decode(cut))
          .isInstanceOf(PeerException.Malformed.class);
    }
    assertThatThrownBy(() -> MooncakeFrames.decode(hex(expected + "00")))
        .isInstanceOf(PeerException.Malformed.class)
        .hasMessageContaining("1 bytes more");
  }
}
