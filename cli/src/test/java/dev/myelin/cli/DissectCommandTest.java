package dev.myelin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class DissectCommandTest {
  /// DATA of stream 1, sequence 0, three bytes; then END of it.
  static final String DATA_AND_END =
      "0101000000010000000000000003616263" + "0102000000010000000100000000";

  private final Terminal terminal = new Terminal();

  @TempDir Path folder;

  @Test
  void printsAnObjectPerFrame() {
    assertThat(terminal.run("dissect", "--dialect", "asoc", "--hex", DATA_AND_END, "--json"))
        .isEqualTo(ExitCodes.OK);
    List<JsonNode> frames = terminal.json();
    assertThat(frames).hasSize(2);
    assertThat(frames.get(0).get("dialect").asText()).isEqualTo("asoc");
    assertThat(frames.get(0).get("type").asText()).isEqualTo("DATA");
    assertThat(frames.get(0).get("length").asInt()).isEqualTo(3);
    JsonNode fields = frames.get(0).get("fields");
    assertThat(fields.get("version").asInt()).isEqualTo(1);
    assertThat(fields.get("stream_id").asInt()).isEqualTo(1);
    assertThat(fields.get("seq").asInt()).isZero();
    assertThat(frames.get(1).get("type").asText()).isEqualTo("END");
    assertThat(frames).noneMatch(frame -> frame.has("error"));
  }

  @Test
  void takesZmtpApart() {
    String greeting = "ff00000000000000017f0301" + "4e554c4c" + "00".repeat(48);
    String subscribe = "04110953554253435249424573656e736f722e";
    assertThat(
            terminal.run("dissect", "--dialect", "zmtp", "--hex", greeting + subscribe, "--json"))
        .isEqualTo(ExitCodes.OK);
    List<JsonNode> frames = terminal.json();
    assertThat(frames).hasSize(2).allMatch(each -> each.get("dialect").asText().equals("zmtp"));
    assertThat(frames.get(0).get("type").asText()).isEqualTo("GREETING");
    assertThat(frames.get(0).get("fields").get("mechanism").asText()).isEqualTo("NULL");
    assertThat(frames.get(1).get("type").asText()).isEqualTo("SUBSCRIBE");
    assertThat(frames.get(1).get("length").asInt()).isEqualTo(17);
    assertThat(frames.get(1).get("fields").get("topic").asText()).isEqualTo("sensor.");
  }

  @Test
  void tellsZmtpByItself() {
    assertThat(terminal.run("dissect", "--hex", "0100 0005 48656c6c6f", "--json"))
        .isEqualTo(ExitCodes.OK);
    assertThat(terminal.json())
        .hasSize(2)
        .allMatch(each -> each.get("dialect").asText().equals("zmtp"));
  }

  @Test
  void printsATableForPeople() {
    assertThat(terminal.run("dissect", "--hex", DATA_AND_END)).isEqualTo(ExitCodes.OK);
    assertThat(terminal.out()).contains("OFFSET", "DATA", "END", "stream_id=1").hasLineCount(3);
  }

  @Test
  void acceptsHexAsPeoplePasteIt() {
    assertThat(terminal.run("dissect", "--hex", "01 02:00000001 0x00000001\n00000000"))
        .isEqualTo(ExitCodes.OK);
  }

  @Test
  void endsWithSixtyFiveAndAnErrorWhenAFrameIsCutOff() {
    String cut = DATA_AND_END.substring(0, DATA_AND_END.length() - 4);
    assertThat(terminal.run("dissect", "--hex", cut, "--json")).isEqualTo(ExitCodes.DATA);
    List<JsonNode> frames = terminal.json();
    assertThat(frames.getFirst().has("error")).isFalse();
    assertThat(frames.getLast().get("error").asText()).contains("expected", "offset 17");
  }

  @Test
  void endsWithSixtyFiveWhenItIsNoHex() {
    assertThat(terminal.run("dissect", "--hex", "01zz", "--json")).isEqualTo(ExitCodes.DATA);
    assertThat(terminal.json().getFirst().get("error").asText()).contains("no hex");
  }

  @Test
  void endsWithSixtyFiveWhenThereIsNothing() {
    assertThat(terminal.run("dissect", "--hex", "")).isEqualTo(ExitCodes.DATA);
    assertThat(terminal.err()).contains("no bytes");
  }

  @Test
  void readsRawFilesAndHexFiles() throws IOException {
    byte[] bytes = HexFormat.of().parseHex(DATA_AND_END);
    Path raw = Files.write(folder.resolve("raw.bin"), bytes);
    Path text = Files.writeString(folder.resolve("text.hex"), DATA_AND_END + "\n");
    assertThat(terminal.run("dissect", "--file", raw.toString(), "--json")).isEqualTo(ExitCodes.OK);
    assertThat(terminal.run("dissect", "--file", text.toString(), "--json"))
        .isEqualTo(ExitCodes.OK);
    List<JsonNode> frames = terminal.json();
    assertThat(frames).hasSize(4);
    assertThat(frames.subList(0, 2)).isEqualTo(frames.subList(2, 4));
  }

  @Test
  void readsTheDirectionsOfAConnectionOutOfACapture() throws IOException {
    byte[] capture =
        new CaptureBuilder()
            .tcp(5000, 9000, 100, new byte[0], true)
            .tcp(5000, 9000, 101 + 17, HexFormat.of().parseHex(DATA_AND_END.substring(34)), false)
            .tcp(5000, 9000, 101, HexFormat.of().parseHex(DATA_AND_END.substring(0, 34)), false)
            .tcp(5000, 9000, 101, HexFormat.of().parseHex(DATA_AND_END.substring(0, 34)), false)
            .tcp(9000, 5000, 7, HexFormat.of().parseHex(DATA_AND_END.substring(34)), false)
            .tcp(4444, 80, 7, "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII), false)
            .classic();
    Path file = Files.write(folder.resolve("nodes.pcap"), capture);
    assertThat(terminal.run("dissect", "--file", file.toString(), "--json"))
        .isEqualTo(ExitCodes.OK);
    assertThat(terminal.json())
        .extracting(frame -> frame.get("flow").asText() + " " + frame.get("type").asText())
        .containsExactly(
            "tcp 10.0.0.1:5000 > 10.0.0.2:9000 DATA",
            "tcp 10.0.0.1:5000 > 10.0.0.2:9000 END",
            "tcp 10.0.0.1:9000 > 10.0.0.2:5000 END");
    assertThat(terminal.err()).contains("1 flow");
  }

  @Test
  void readsTheNextGenerationOfCapturesToo() throws IOException {
    byte[] bytes = HexFormat.of().parseHex(DATA_AND_END);
    byte[] capture = new CaptureBuilder().tcp(5000, 9000, 1, bytes, false).nextGeneration();
    Path file = Files.write(folder.resolve("nodes.pcapng"), capture);
    assertThat(terminal.run("dissect", "--file", file.toString(), "--json"))
        .isEqualTo(ExitCodes.OK);
    assertThat(terminal.json()).hasSize(2);
  }

  @Test
  void saysWhenACaptureLacksBytes() throws IOException {
    byte[] bytes = HexFormat.of().parseHex(DATA_AND_END);
    byte[] capture =
        new CaptureBuilder()
            .tcp(5000, 9000, 1, bytes, false)
            .tcp(5000, 9000, 1000, bytes, false)
            .classic();
    Path file = Files.write(folder.resolve("gap.pcap"), capture);
    assertThat(terminal.run("dissect", "--file", file.toString())).isEqualTo(ExitCodes.DATA);
    assertThat(terminal.err()).contains("lacks");
  }

  @Test
  void aBrokenCaptureIsBadData() throws IOException {
    byte[] capture =
        new CaptureBuilder()
            .tcp(5000, 9000, 1, HexFormat.of().parseHex(DATA_AND_END), false)
            .classic();
    capture[32] = (byte) 0xFF;
    capture[33] = (byte) 0xFF;
    capture[35] = (byte) 0x7F;
    Path file = Files.write(folder.resolve("broken.pcap"), capture);
    assertThat(terminal.run("dissect", "--file", file.toString())).isEqualTo(ExitCodes.DATA);
    assertThat(terminal.err()).contains("capture file", "offset");
  }

  @Test
  void aMissingFileIsNoInput() {
    assertThat(terminal.run("dissect", "--file", folder.resolve("none").toString()))
        .isEqualTo(ExitCodes.NO_INPUT);
  }

  @Test
  void wantsOneSourceOfBytes() {
    assertThat(terminal.run("dissect")).isEqualTo(ExitCodes.USAGE);
    assertThat(new Terminal().run("dissect", "--hex", "00", "--file", "x"))
        .isEqualTo(ExitCodes.USAGE);
  }
}
