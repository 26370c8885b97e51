package dev.myelin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.myelin.net.Endpoint;
import dev.myelin.net.Node;
import dev.myelin.net.NodeConfig;
import dev.myelin.net.SendOptions;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class NodeCommandTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final Terminal terminal = new Terminal().with("ASOC_API_KEY", Terminal.KEY);

  @TempDir Path folder;

  @Test
  void tellsWhereItListensAndWhatHappensAndStopsInOrder() throws Exception {
    Background command = start();
    JsonNode listening = command.await("listening");
    Endpoint at = Endpoint.parse(listening.get("endpoint").asText());
    assertThat(listening.get("community").asText()).isEqualTo("lab");
    try (Node node = Node.start(config());
        TensorPool pool = TensorPool.open("test", 4096);
        Tensor tensor = pool.allocate(DType.U8, Shape.of(64))) {
      node.connect(at, LIMIT).deliver("probe", tensor, SendOptions.defaults());
      assertThat(command.await("connected").get("peer").asText()).isEqualTo(node.id().text());
      assertThat(command.await("received").get("name").asText()).isEqualTo("probe");
    }
    command.await("disconnected");
    assertThat(command.interrupt()).isEqualTo(ExitCodes.INTERRUPTED);
    assertThat(terminal.json().getLast().get("event").asText()).isEqualTo("stopped");
  }

  @Test
  void keepsItsIdWhereItHasAStateFolder() throws Exception {
    String state = folder.resolve("state").toString();
    Background first = start("--state-dir", state);
    String id = first.await("listening").get("id").asText();
    first.interrupt();
    Background second = Background.start(terminal(), args("--state-dir", state));
    assertThat(second.await("listening").get("id").asText()).isEqualTo(id);
    second.interrupt();
  }

  @Test
  void aStateFolderWithoutAnIdIsToldToBeSo() throws Exception {
    Files.writeString(folder.resolve("node-id"), "me");
    assertThat(terminal.run(args("--state-dir", folder.toString()))).isEqualTo(ExitCodes.CONFIG);
    assertThat(terminal.err()).contains("node-id", "UUID");
  }

  @Test
  void aTakenPortIsTold() throws Exception {
    Background first = start();
    Endpoint at = Endpoint.parse(first.await("listening").get("endpoint").asText());
    Terminal second = terminal();
    String port = Integer.toString(at.port());
    String state = folder.resolve("s").toString();
    String[] args = {
      "node", "--no-discovery", "--host", "127.0.0.1", "--port", port, "--state-dir", state
    };
    assertThat(second.run(args)).isNotEqualTo(ExitCodes.OK);
    assertThat(second.err()).contains(port).hasLineCount(1);
    first.interrupt();
  }

  private Background start(String... more) {
    return Background.start(terminal, args(more));
  }

  private static Terminal terminal() {
    return new Terminal().with("ASOC_API_KEY", Terminal.KEY);
  }

  private static String[] args(String... more) {
    String[] first = {
      "node", "--json", "--community", "lab", "--no-discovery", "--host", "127.0.0.1", "--port", "0"
    };
    String[] all = java.util.Arrays.copyOf(first, first.length + more.length);
    System.arraycopy(more, 0, all, first.length, more.length);
    return all;
  }

  private static NodeConfig config() {
    return NodeConfig.of("lab", Terminal.KEY)
        .listen(new Endpoint("127.0.0.1", 0))
        .finding(NodeConfig.Finding.only());
  }
}
