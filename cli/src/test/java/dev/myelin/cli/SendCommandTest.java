package dev.myelin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.myelin.net.Delivery;
import dev.myelin.net.Endpoint;
import dev.myelin.net.Node;
import dev.myelin.net.NodeConfig;
import dev.myelin.net.Reception;
import dev.myelin.net.Stored;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.NpyFile;
import dev.myelin.tensor.SafetensorsFile;
import dev.myelin.tensor.Shape;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class SendCommandTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final Terminal terminal = new Terminal().with("MYELIN_API_KEY", Terminal.KEY);

  @TempDir Path folder;
  private Node receiver;

  @BeforeEach
  void startReceiver() throws IOException {
    receiver = Node.start(config(Terminal.KEY));
  }

  @AfterEach
  void stopReceiver() {
    receiver.close();
  }

  @Test
  void sendsAnNpyFileAndIsToldThatItArrived() throws Exception {
    Path file = folder.resolve("grid.npy");
    try (NpyFile npy = NpyFile.create(file, DType.F32, Shape.of(3, 5))) {
      npy.tensor().segment().setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, 7, 42f);
    }
    assertThat(send("--json", file.toString())).as(terminal.err()).isEqualTo(ExitCodes.OK);
    try (Delivery delivery = receiver.receive(LIMIT)) {
      assertThat(delivery.name()).isEqualTo("grid");
      assertThat(delivery.tensor().dtype()).isEqualTo(DType.F32);
      assertThat(delivery.tensor().shape()).isEqualTo(Shape.of(3, 5));
      assertThat(delivery.tensor().segment().getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, 7))
          .isEqualTo(42f);
      assertThat(delivery.digestHex()).hasSize(64);
    }
    JsonNode sent = terminal.json().getFirst();
    assertThat(sent.get("tensor").asText()).isEqualTo("grid");
    assertThat(sent.get("dtype").asText()).isEqualTo("f32");
    assertThat(sent.get("shape").toString()).isEqualTo("[3,5]");
    assertThat(sent.get("bytes").asInt()).isEqualTo(60);
    assertThat(sent.get("confirmed").asBoolean()).isTrue();
    assertThat(sent.get("peer").asText()).isEqualTo(receiver.id().text());
    assertThat(terminal.json().getLast().get("tensors").asInt()).isEqualTo(1);
  }

  @Test
  void sendsEveryTensorOfASafetensorsFile() throws Exception {
    Path file = folder.resolve("model.safetensors");
    List<SafetensorsFile.Spec> specs =
        List.of(
            new SafetensorsFile.Spec("a", DType.F32, Shape.of(2)),
            new SafetensorsFile.Spec("b", DType.BF16, Shape.of(4)));
    SafetensorsFile.create(file, specs, Map.of()).close();
    assertThat(send(file.toString())).as(terminal.err()).isEqualTo(ExitCodes.OK);
    try (Delivery first = receiver.receive(LIMIT);
        Delivery second = receiver.receive(LIMIT)) {
      assertThat(List.of(first.name(), second.name())).containsExactly("a", "b");
    }
    assertThat(terminal.out()).contains("sent  a  f32[2]", "sent  b  bf16[4]", "all confirmed");
  }

  @Test
  void sendsRawElementsFromAPipe() throws Exception {
    terminal.reading(new byte[] {1, 2, 3, 4, 5, 6});
    assertThat(send("-", "--dtype", "u8", "--shape", "2,3")).isEqualTo(ExitCodes.OK);
    try (Delivery delivery = receiver.receive(LIMIT)) {
      assertThat(delivery.name()).isEqualTo("stdin");
      assertThat(delivery.tensor().shape()).isEqualTo(Shape.of(2, 3));
    }
  }

  @Test
  void rawBytesThatDoNotFitTheShapeAreBadData() throws Exception {
    Path file = Files.write(folder.resolve("x.raw"), new byte[7]);
    assertThat(send(file.toString(), "--dtype", "f32")).isEqualTo(ExitCodes.DATA);
    assertThat(terminal.err()).contains("7 bytes", "multiple of 4").hasLineCount(1);
  }

  @Test
  void aDigestIsNeededForTheReceiversWord() throws Exception {
    Path file = Files.write(folder.resolve("x.raw"), new byte[8]);
    assertThat(send(file.toString(), "--dtype", "u8", "--digest", "none"))
        .isEqualTo(ExitCodes.USAGE);
    assertThat(terminal.err()).contains("--digest: none (expected: crc32c or sha256");
  }

  @Test
  void aTensorThatCannotTravelIsAMistakeOfTheCaller() throws Exception {
    Path file = folder.resolve("deep.npy");
    long[] ones = new long[40];
    Arrays.fill(ones, 1);
    NpyFile.create(file, DType.U8, Shape.of(ones)).close();
    assertThat(send(file.toString())).isEqualTo(ExitCodes.USAGE);
    assertThat(terminal.err()).contains("rank: 40").doesNotContain("should not happen");
  }

  @Test
  void rawBytesNeedAType() throws Exception {
    terminal.reading(new byte[8]);
    assertThat(send("-")).isEqualTo(ExitCodes.USAGE);
    assertThat(terminal.err()).contains("--dtype");
  }

  @Test
  void sendsAFileThatIsNoTensorAsItIs() throws Exception {
    Path file = Files.write(folder.resolve("notes.txt"), new byte[] {7, 8, 9});
    Path dir = folder.resolve("in");
    List<Stored> stored = new CopyOnWriteArrayList<>();
    Reception reception = Reception.folder(dir, stored::add);
    try (Node storing = Node.start(config(Terminal.KEY), reception)) {
      for (int i = 0; i < 2; i++) {
        String[] args = {
          "send",
          file.toString(),
          "--to",
          storing.endpoint().toString(),
          "--no-discovery",
          "--host",
          "127.0.0.1"
        };
        assertThat(terminal.run(args)).as(terminal.err()).isEqualTo(ExitCodes.OK);
      }
    }
    assertThat(stored).extracting(Stored::name).containsOnly("file:notes.txt");
    assertThat(dir.resolve("notes.txt")).hasBinaryContent(new byte[] {7, 8, 9});
    assertThat(dir.resolve("notes-1.txt")).hasBinaryContent(new byte[] {7, 8, 9});
  }

  @Test
  void aBrokenFileIsBadData() throws Exception {
    Path file = Files.writeString(folder.resolve("x.npy"), "this is no array");
    assertThat(send(file.toString())).isEqualTo(ExitCodes.DATA);
    assertThat(terminal.err()).contains("x.npy").hasLineCount(1);
  }

  @Test
  void aMissingFileIsNoInput() {
    assertThat(send(folder.resolve("none.npy").toString())).isEqualTo(ExitCodes.NO_INPUT);
    assertThat(terminal.err()).contains("none.npy: no such file").hasLineCount(1);
  }

  @Test
  void findsAPeerByTheBeginningOfItsId() {
    terminal.reading(new byte[8]);
    int code =
        terminal.run(
            "send",
            "-",
            "--dtype",
            "u8",
            "--to",
            receiver.id().brief(),
            "--no-discovery",
            "--host",
            "127.0.0.1",
            "--peers",
            receiver.endpoint().toString());
    assertThat(code).as(terminal.err()).isEqualTo(ExitCodes.OK);
    closeDelivery();
  }

  @Test
  void reachesAllPeers() throws Exception {
    try (Node second = Node.start(config(Terminal.KEY))) {
      terminal.reading(new byte[8]);
      int code =
          terminal.run(
              "send",
              "-",
              "--dtype",
              "u8",
              "--to",
              "all",
              "--no-discovery",
              "--host",
              "127.0.0.1",
              "--peers",
              receiver.endpoint() + "," + second.endpoint());
      assertThat(code).as(terminal.err()).isEqualTo(ExitCodes.OK);
      second.receive(LIMIT).close();
      assertThat(terminal.out()).contains("to 2 peers", "all confirmed");
    }
    closeDelivery();
  }

  @Test
  void aPeerThatIsNotThereIsToldInTime() {
    terminal.reading(new byte[8]);
    int code =
        terminal.run(
            "send",
            "-",
            "--dtype",
            "u8",
            "--to",
            "abcdef",
            "--wait",
            "100ms",
            "--no-discovery",
            "--host",
            "127.0.0.1");
    assertThat(code).isEqualTo(ExitCodes.TRY_AGAIN);
    assertThat(terminal.err()).contains("abcdef", "100 ms", "myelin peers").hasLineCount(1);
  }

  @Test
  void aKeyOnTheCommandLineDrawsAHint() {
    terminal.reading(new byte[8]);
    int code =
        terminal.run(
            "send",
            "-",
            "--dtype",
            "u8",
            "--to",
            receiver.endpoint().toString(),
            "--api-key",
            Terminal.KEY,
            "--no-discovery",
            "--host",
            "127.0.0.1");
    assertThat(code).isEqualTo(ExitCodes.OK);
    assertThat(terminal.err()).contains("process list").doesNotContain(Terminal.KEY);
    closeDelivery();
  }

  private int send(String... args) {
    String[] all = new String[args.length + 6];
    String[] first = {
      "send", "--to", receiver.endpoint().toString(), "--no-discovery", "--host", "127.0.0.1"
    };
    System.arraycopy(first, 0, all, 0, first.length);
    System.arraycopy(args, 0, all, first.length, args.length);
    return terminal.run(all);
  }

  private void closeDelivery() {
    try {
      receiver.receive(LIMIT).close();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError("nothing arrived", e);
    }
  }

  private static NodeConfig config(String key) {
    return NodeConfig.of("myelin", key)
        .listen(new Endpoint("127.0.0.1", 0))
        .finding(NodeConfig.Finding.only());
  }
}
