package dev.myelin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.myelin.net.Endpoint;
import dev.myelin.net.Node;
import dev.myelin.net.NodeConfig;
import dev.myelin.net.Peer;
import dev.myelin.net.SendOptions;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.NpyFile;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class ReceiveCommandTest {
  private static final String FIRST = "11111111-2222-3333-4444-555555555555";
  private static final String SECOND = "66666666-2222-3333-4444-555555555555";

  private final Terminal terminal = terminal();

  @TempDir Path folder;

  @Test
  void storesWhatIsSentAndEndsAfterTheCount() throws Exception {
    Path file = folder.resolve("grid.npy");
    NpyFile.create(file, DType.F32, Shape.of(3, 5)).close();
    Path dir = folder.resolve("in");
    Background receive =
        Background.start(terminal, args("--json", "--dir", dir.toString(), "--count", "1"));
    String at = receive.await("listening").get("endpoint").asText();
    Terminal sender = terminal();
    String[] send = {"send", file.toString(), "--to", at, "--no-discovery", "--host", "127.0.0.1"};
    assertThat(sender.run(send)).as(sender.err()).isEqualTo(ExitCodes.OK);
    assertThat(receive.exitCode()).as(terminal.err()).isEqualTo(ExitCodes.OK);
    JsonNode stored = terminal.json().getLast();
    assertThat(stored.get("name").asText()).isEqualTo("grid");
    assertThat(stored.get("dtype").asText()).isEqualTo("f32");
    assertThat(stored.get("shape").toString()).isEqualTo("[3,5]");
    assertThat(stored.get("bytes").asInt()).isEqualTo(60);
    assertThat(Files.mismatch(Path.of(stored.get("file").asText()), file)).isEqualTo(-1);
  }

  @Test
  void tellsTheRightPeerOfEachOfTwoTensorsOfOneName() throws Exception {
    Path dir = folder.resolve("in");
    Background receive =
        Background.start(terminal, args("--json", "--dir", dir.toString(), "--count", "2"));
    String at = receive.await("listening").get("endpoint").asText();
    send(FIRST, 5, at);
    send(SECOND, 7, at);
    assertThat(receive.exitCode()).as(terminal.err()).isEqualTo(ExitCodes.OK);
    List<JsonNode> stored =
        terminal.json().stream().filter(e -> "stored".equals(e.path("event").asText())).toList();
    assertThat(stored).extracting(e -> e.get("name").asText()).containsExactly("w v", "w v");
    assertThat(stored).extracting(e -> e.get("peer").asText()).containsExactly(FIRST, SECOND);
    assertThat(stored).extracting(e -> e.get("bytes").asInt()).containsExactly(5, 7);
    assertThat(stored).allSatisfy(e -> assertThat(e.get("seconds").asDouble()).isPositive());
  }

  @Test
  void endsWithTryAgainWhenTooFewCame() {
    int code = terminal.run(args("--dir", folder.toString(), "--count", "2", "--timeout", "50ms"));
    assertThat(code).isEqualTo(ExitCodes.TRY_AGAIN);
    assertThat(terminal.err()).contains("received 0 of 2 tensors within 50 ms");
  }

  @Test
  void endsInOrderWhenTheTimeIsOverAndNobodyCounted() {
    assertThat(terminal.run(args("--dir", folder.toString(), "--timeout", "50ms")))
        .isEqualTo(ExitCodes.OK);
  }

  private static void send(String id, long bytes, String at) throws Exception {
    NodeConfig config =
        NodeConfig.of("myelin", Terminal.KEY)
            .listen(new Endpoint("127.0.0.1", 0))
            .finding(NodeConfig.Finding.only());
    NodeConfig.Identity plain = config.identity();
    NodeConfig.Identity named =
        new NodeConfig.Identity(
            UUID.fromString(id), plain.community(), plain.key(), plain.stateFolder());
    try (Node node = Node.start(config.identity(named));
        TensorPool pool = TensorPool.open("test", 1 << 16);
        Tensor tensor = pool.allocate(DType.U8, Shape.of(bytes))) {
      Peer peer = node.connect(Endpoint.parse(at), Duration.ofSeconds(20));
      peer.deliver("w v", tensor, SendOptions.defaults());
    }
  }

  private static Terminal terminal() {
    return new Terminal().with("MYELIN_API_KEY", Terminal.KEY);
  }

  private static String[] args(String... more) {
    String[] first = {"receive", "--no-discovery", "--host", "127.0.0.1", "--port", "0"};
    String[] all = java.util.Arrays.copyOf(first, first.length + more.length);
    System.arraycopy(more, 0, all, first.length, more.length);
    return all;
  }
}
