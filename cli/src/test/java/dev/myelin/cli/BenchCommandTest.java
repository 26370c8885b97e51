package dev.myelin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
final class BenchCommandTest {
  private final Terminal terminal = new Terminal();

  @TempDir Path cache;

  @Test
  void measuresOurselvesBesideThePlainCProgram() {
    terminal.with("XDG_CACHE_HOME", cache.toString());
    String[] args = {
      "bench", "--case", "one-way", "--bytes", "1m", "--runs", "1", "--against", "c-tcp", "--json"
    };
    assertThat(terminal.run(args)).as(terminal.err()).isEqualTo(ExitCodes.OK);
    List<JsonNode> results = terminal.json();
    assertThat(results)
        .extracting(result -> result.get("side").asText())
        .containsExactly("myelin", "c-tcp");
    assertThat(results)
        .allSatisfy(
            result -> {
              assertThat(result.get("case").asText()).isEqualTo("one-way");
              assertThat(result.get("bytes").asLong()).isEqualTo(1 << 20);
              assertThat(result.get("unit").asText()).isEqualTo("GB/s");
              assertThat(result.get("median").asDouble()).isPositive();
              assertThat(result.get("runs").asInt()).isEqualTo(1);
              assertThat(result.get("cpu_s_per_gb").asDouble()).isPositive();
              assertThat(result.has("min") && result.has("max")).isTrue();
            });
  }

  @Test
  void measuresTheTimeUntilTwoNodesMeet() {
    String[] args = {"bench", "--case", "discovery", "--runs", "1", "--json"};
    assertThat(terminal.run(args)).as(terminal.err()).isEqualTo(ExitCodes.OK);
    JsonNode result = terminal.json().getFirst();
    assertThat(result.get("unit").asText()).isEqualTo("ms");
    assertThat(result.get("p50").asDouble()).isPositive();
    assertThat(result.get("p99").asDouble()).isGreaterThanOrEqualTo(result.get("p50").asDouble());
  }

  @Test
  void anUnknownCaseOrSideIsMisuse() {
    assertThat(terminal.run("bench", "--case", "sideways")).isEqualTo(ExitCodes.USAGE);
    assertThat(terminal.err()).contains("sideways", "one-way");
    assertThat(new Terminal().run("bench", "--against", "rust")).isEqualTo(ExitCodes.USAGE);
    assertThat(new Terminal().run("bench", "--against", "jeromq", "--case", "handshake"))
        .isEqualTo(ExitCodes.USAGE);
  }

  @Test
  void peersAreMeasuredFromTheSourceTreeAlone() {
    assertThat(terminal.run("bench", "--against", "jeromq")).isEqualTo(ExitCodes.UNAVAILABLE);
    assertThat(terminal.err()).contains("source tree", "./myelin bench --against");
  }

  @Test
  void middlesAndTailsAreTakenOverTheRuns() {
    BenchResult result =
        new BenchResult(
            BenchCase.ROUND_TRIP,
            64,
            "myelin",
            List.of(
                new BenchResult.Sample(9, 0, 30),
                new BenchResult.Sample(7, 0, 10),
                new BenchResult.Sample(8, 0, 20)));
    assertThat(result.median()).isEqualTo(8);
    assertThat(result.least()).isEqualTo(7);
    assertThat(result.most()).isEqualTo(9);
    assertThat(result.p99()).isEqualTo(20);
    assertThat(result.json()).containsKeys("p50", "p99").doesNotContainKey("cpu_s_per_gb");
  }
}
