package dev.myelin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class DemoCommandTest {
  private final Terminal terminal = new Terminal();

  @TempDir Path folder;

  @Test
  void twoProcessesMeetAndStreamBothWays() {
    assertThat(terminal.run("demo", "--json", "--bytes", "2m")).as(terminal.err()).isZero();
    JsonNode last = terminal.json().getLast();
    assertThat(last.get("nodes").asInt()).isEqualTo(2);
    assertThat(last.get("tensors").asInt()).isEqualTo(10);
    assertThat(last.get("bytes").asLong()).isGreaterThan(3_000_000);
    assertThat(last.get("seconds").asDouble()).isPositive();
    assertThat(last.get("verified").asBoolean()).isTrue();
  }

  @Test
  void equalSizesGiveEqualFiles() throws Exception {
    Path first = folder.resolve("1.safetensors");
    Path second = folder.resolve("2.safetensors");
    DemoFile.write(first, 1 << 20);
    DemoFile.write(second, 1 << 20);
    assertThat(Files.mismatch(first, second)).isEqualTo(-1);
    assertThat(Files.size(first)).isBetween(900_000L, 1_200_000L);
  }
}
