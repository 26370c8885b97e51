package dev.myelin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class ConfigCommandTest {
  private final Terminal terminal = new Terminal();

  @TempDir Path folder;

  @Test
  void defaultsCountWhenNobodySaysAnything() {
    assertThat(terminal.run("config", "--show", "--json")).isEqualTo(ExitCodes.OK);
    assertThat(terminal.json()).hasSize(Setting.values().length);
    assertSetting("port", "9000", "default", "default");
  }

  @Test
  void aFileCountsMoreThanDefaults() throws IOException {
    Path file = Files.writeString(folder.resolve("c.properties"), "port=9101\npeers-file=p.txt\n");
    terminal.run("config", "--json", "--config", file.toString());
    assertSetting("port", "9101", "file", file.toString());
    assertSetting("peers-file", "p.txt", "file", file.toString());
  }

  @Test
  void aFileMayBeJson() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("c.json"), "{\"port\": 9102, \"peers\": [\"a:1\", \"b:2\"]}");
    terminal.with("MYELIN_CONFIG", file.toString()).run("config", "--json");
    assertSetting("port", "9102", "file", file.toString());
    assertSetting("peers", "a:1,b:2", "file", file.toString());
  }

  @Test
  void theEnvironmentCountsMoreThanAFile() throws IOException {
    Path file = Files.writeString(folder.resolve("c.properties"), "port=9101\n");
    terminal.with("ASOC_PORT", "9103").run("config", "--json", "--config", file.toString());
    assertSetting("port", "9103", "environment", "ASOC_PORT");
  }

  @Test
  void ourVariablesCountMoreThanThoseOfStockNodes() {
    terminal.with("ASOC_PEERS", "a:1").with("MYELIN_PEERS", "b:2").run("config", "--json");
    assertSetting("peers", "b:2", "environment", "MYELIN_PEERS");
  }

  @Test
  void argumentsCountMoreThanTheEnvironment() {
    terminal.with("MYELIN_PORT", "9103").run("config", "--json", "--port", "9104");
    assertSetting("port", "9104", "argument", "--port");
  }

  @Test
  void noDiscoveryIsASettingToo() {
    terminal.run("config", "--json", "--no-discovery");
    assertSetting("discovery", "none", "argument", "--discovery");
  }

  @Test
  void theKeyIsNeverShown() {
    terminal.with("ASOC_API_KEY", "swordfish-swordfish").run("config", "--show");
    assertThat(terminal.out()).contains("********", "ASOC_API_KEY").doesNotContain("swordfish");
  }

  @Test
  void aKeyNobodyKnowsIsAnErrorInTheFile() throws IOException {
    Path file = Files.writeString(folder.resolve("c.properties"), "prot=9101\n");
    assertThat(terminal.run("config", "--config", file.toString())).isEqualTo(ExitCodes.CONFIG);
    assertThat(terminal.err()).contains("'prot'", "port", file.toString()).hasLineCount(1);
  }

  @Test
  void aMissingFileIsAnErrorInTheConfiguration() {
    String file = folder.resolve("none").toString();
    assertThat(terminal.run("config", "--config", file)).isEqualTo(ExitCodes.CONFIG);
    assertThat(terminal.err()).contains(file, "--config");
  }

  @Test
  void aValueOutOfBoundsNamesItsSource() {
    terminal.with("MYELIN_API_KEY", Terminal.KEY).with("MYELIN_BROADCAST_PORT", "70000");
    assertThat(terminal.run("peers", "--once")).isEqualTo(ExitCodes.CONFIG);
    assertThat(terminal.err())
        .contains("broadcast-port", "70000", "MYELIN_BROADCAST_PORT", "1..65535");
  }

  @Test
  void aChoiceThatIsNoneNamesTheChoices() {
    terminal.with("MYELIN_API_KEY", Terminal.KEY);
    assertThat(terminal.run("peers", "--once", "--policy", "lax")).isEqualTo(ExitCodes.USAGE);
    assertThat(terminal.err()).contains("'lax'", "--policy", "secure, compat").hasLineCount(1);
  }

  private void assertSetting(String key, String value, String source, String place) {
    JsonNode found =
        terminal.json().stream()
            .filter(node -> node.get("key").asText().equals(key))
            .findFirst()
            .orElseThrow();
    assertThat(found.get("value").asText()).isEqualTo(value);
    assertThat(found.get("source").asText()).isEqualTo(source);
    assertThat(found.get("place").asText()).isEqualTo(place);
  }
}
