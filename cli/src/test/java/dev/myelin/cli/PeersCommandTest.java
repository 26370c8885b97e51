package dev.myelin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.myelin.net.Endpoint;
import dev.myelin.net.Node;
import dev.myelin.net.NodeConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class PeersCommandTest {
  private final Terminal terminal = new Terminal().with("MYELIN_API_KEY", Terminal.KEY);

  @Test
  void printsAnObjectPerPeer() throws Exception {
    try (Node node = node()) {
      assertThat(peers("--json", "--wait", "1s", "--peers", node.endpoint().toString())).isZero();
      JsonNode peer = terminal.json().getFirst();
      assertThat(peer.get("id").asText()).isEqualTo(node.id().text());
      assertThat(peer.get("state").asText()).isEqualTo("connected");
      assertThat(peer.get("proof").asText()).isEqualTo("mutual");
      assertThat(peer.get("source").asText()).isEqualTo("static");
      assertThat(peer.get("connections").asInt()).isEqualTo(1);
      assertThat(peer.has("bytes_sent")).isTrue();
    }
  }

  @Test
  void printsATableOnce() throws Exception {
    try (Node node = node()) {
      peers("--once", "--wait", "1s", "--peers", node.endpoint().toString());
      assertThat(terminal.out())
          .contains("ID", "ADDRESS", node.id().brief(), "connected", "mutual");
    }
  }

  @Test
  void saysWhenNobodyIsThere() {
    assertThat(peers("--once", "--wait", "50ms")).isEqualTo(ExitCodes.OK);
    assertThat(terminal.out()).contains("no peers", "myelin doctor");
  }

  private int peers(String... more) {
    String[] first = {"peers", "--no-discovery", "--host", "127.0.0.1"};
    String[] all = java.util.Arrays.copyOf(first, first.length + more.length);
    System.arraycopy(more, 0, all, first.length, more.length);
    return terminal.run(all);
  }

  private static Node node() throws Exception {
    return Node.start(
        NodeConfig.of("myelin", Terminal.KEY)
            .listen(new Endpoint("127.0.0.1", 0))
            .finding(NodeConfig.Finding.only()));
  }
}
