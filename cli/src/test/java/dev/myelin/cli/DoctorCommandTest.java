package dev.myelin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.myelin.net.Endpoint;
import dev.myelin.net.Node;
import dev.myelin.net.NodeConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class DoctorCommandTest {
  @TempDir Path folder;

  @Test
  void findsThingsAndSaysHowTheyAre() {
    Terminal terminal = doctor("--port", "0", "--no-discovery");
    assertThat(terminal.json())
        .extracting(line -> line.get("subject").asText())
        .contains("java", "key", "clock", "interfaces", "port", "names", "state");
    assertThat(level(terminal, "key")).isEqualTo("ok");
    assertThat(level(terminal, "port")).isEqualTo("ok");
  }

  @Test
  void failsWhenThePortIsTakenAndSaysWhatToDo() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      String port = Integer.toString(taken.getLocalPort());
      Terminal terminal = terminal();
      int code = terminal.run(args("--host", "127.0.0.1", "--port", port, "--no-discovery"));
      assertThat(code).isEqualTo(1);
      JsonNode finding = finding(terminal, "port");
      assertThat(finding.get("level").asText()).isEqualTo("fail");
      assertThat(finding.get("finding").asText()).contains(port);
      assertThat(finding.get("advice").asText()).contains("--port");
    }
  }

  @Test
  void isContentWithANodeThatHasThePortAlready() throws IOException {
    NodeConfig config =
        NodeConfig.of("lab", "a key that nobody guesses 4711")
            .listen(new Endpoint("127.0.0.1", 0))
            .finding(NodeConfig.Finding.only());
    try (Node node = Node.start(config)) {
      String port = Integer.toString(node.endpoint().port());
      Terminal terminal = doctor("--host", "127.0.0.1", "--port", port, "--no-discovery");
      assertThat(level(terminal, "port")).isEqualTo("warn");
      assertThat(finding(terminal, "port").get("finding").asText()).contains("already");
    }
  }

  @Test
  void warnsOfAKeyThatCanBeGuessed() {
    Terminal terminal = new Terminal().with("MYELIN_API_KEY", "secret");
    terminal.run(args("--port", "0", "--no-discovery"));
    assertThat(level(terminal, "key")).isEqualTo("warn");
    assertThat(finding(terminal, "key").get("advice").asText()).contains("keygen");
    assertThat(terminal.out()).doesNotContain("secret");
  }

  @Test
  void tellsAPeerWhereNobodyListens() throws IOException {
    int free;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      free = socket.getLocalPort();
    }
    Terminal terminal = doctor("--port", "0", "--no-discovery", "--peers", "127.0.0.1:" + free);
    assertThat(finding(terminal, "peer").get("finding").asText()).contains("nobody listens");
  }

  @Test
  void failsAPeerWithoutAPortAsTheNodeDoes() {
    Terminal terminal = doctor("--port", "0", "--no-discovery", "--peers", "127.0.0.1");
    assertThat(level(terminal, "peer")).isEqualTo("fail");
    assertThat(finding(terminal, "peer").get("finding").asText()).contains("host:port");
  }

  @Test
  void speaksToPeopleInSentences() {
    Terminal terminal = terminal();
    terminal.run("doctor", "--port", "0", "--no-discovery", "--state-dir", folder.toString());
    assertThat(terminal.out()).contains("OK    key", "OK    port");
    assertThat(terminal.out().lines().toList().getLast()).matches("All is well.|Works, with .*");
  }

  private Terminal doctor(String... more) {
    Terminal terminal = terminal();
    terminal.run(args(more));
    return terminal;
  }

  private static Terminal terminal() {
    return new Terminal().with("MYELIN_API_KEY", Terminal.KEY);
  }

  private static String[] args(String... more) {
    String[] all = new String[more.length + 2];
    all[0] = "doctor";
    all[1] = "--json";
    System.arraycopy(more, 0, all, 2, more.length);
    return all;
  }

  private static JsonNode finding(Terminal terminal, String subject) {
    return terminal.json().stream()
        .filter(line -> line.get("subject").asText().equals(subject))
        .findFirst()
        .orElseThrow();
  }

  private static String level(Terminal terminal, String subject) {
    return finding(terminal, subject).get("level").asText();
  }
}
