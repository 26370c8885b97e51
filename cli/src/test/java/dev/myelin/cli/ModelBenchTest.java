package dev.myelin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class ModelBenchTest {
  private static final Path TALE = Path.of("..", "models", "tale", "tale.gguf");

  private final Terminal terminal = new Terminal();

  @TempDir private Path folder;

  @Test
  void measuresTheEngineAlone() {
    List<JsonNode> results = measured("--model", TALE.toString(), "--tokens", "4");
    assertThat(results)
        .extracting(each -> each.get("case").asText())
        .containsExactly("prefill", "decode", "start");
    for (JsonNode each : results.subList(0, 2)) {
      assertThat(each.get("side").asText()).isEqualTo("myelin");
      assertThat(each.get("unit").asText()).isEqualTo("tokens/s");
      assertThat(each.get("tokens").asInt()).isEqualTo(4);
      assertThat(each.get("runs").asInt()).isEqualTo(2);
      assertThat(each.get("samples")).hasSize(2);
      assertThat(each.get("median").asDouble())
          .isPositive()
          .isBetween(each.get("min").asDouble(), each.get("max").asDouble());
      assertThat(each.get("of_machine").asDouble()).isPositive();
      assertThat(each.get("allocated_per_token").asLong()).isPositive();
      assertThat(each.has("ratio")).isFalse();
    }
    assertThat(results.get(0).get("gflop_per_s").asDouble()).isPositive();
    assertThat(results.get(1).get("gb_per_s").asDouble()).isPositive();
    JsonNode start = results.get(2);
    assertThat(start.get("types").asText()).isEqualTo("Q8_0");
    assertThat(start.get("load_ms").asDouble()).isPositive();
    assertThat(start.get("cold_ms").asDouble()).isPositive();
    assertThat(start.get("warm_ms").asDouble()).isPositive();
    assertThat(start.get("weight_memory").asLong()).isGreaterThan(5_000_000);
    assertThat(start.get("read_gb_per_s").asDouble()).isPositive();
    assertThat(start.get("multiply_gflop_per_s").asDouble()).isPositive();
  }

  @Test
  void takesTurnsWithTheOtherProgramAndSwapsThem() throws Exception {
    Path model = TinyModel.file(folder);
    Path other = other("[{\"n_prompt\": 0, \"n_gen\": 3, \"avg_ts\": 2.0}]");
    String[] args = {"--case", "decode", "--model", model.toString(), "--tokens", "3"};
    List<JsonNode> results = measured(more(args, "--against", "llama-bench=" + other));
    assertThat(results)
        .extracting(each -> each.get("side").asText())
        .containsExactly("myelin", "llama-bench", "myelin");
    JsonNode ours = results.get(0);
    assertThat(ours.get("ratios")).hasSize(2);
    for (int i = 0; i < 2; i++) {
      double expected = ours.get("samples").get(i).asDouble() / 2;
      assertThat(ours.get("ratios").get(i).asDouble()).isBetween(expected - 0.01, expected + 0.01);
    }
    assertThat(ours.get("ratio").asDouble())
        .isBetween(ours.get("ratio_min").asDouble(), ours.get("ratio_max").asDouble());
    assertThat(results.get(1).get("median").asDouble()).isEqualTo(2);
    assertThat(results.get(1).get("build").asText()).isEqualTo("unknown");
    assertThat(results.get(1).has("own_cpu")).isTrue();
    // A turn that our process disturbs, which lasts milliseconds here, is taken again.
    assertThat(Files.readAllLines(folder.resolve("threads")))
        .hasSizeBetween(2, 6)
        .allMatch(each -> each.matches("0 of [1-9]\\d*"));
  }

  @Test
  void theTableHasBothSidesAndHowItBegan() throws Exception {
    Path model = TinyModel.file(folder);
    Path other = other("[{\"n_prompt\": 5, \"n_gen\": 0, \"avg_ts\": 1234.5}]");
    String[] args = {"bench", "--model", model.toString(), "--case", "prefill", "--tokens", "5"};
    String[] rest = {"--against", "llama-bench=" + other, "--rounds", "1", "--warm-up", "1ms"};
    assertThat(terminal.run(more(args, rest))).as(terminal.err()).isEqualTo(ExitCodes.OK);
    assertThat(terminal.out())
        .contains("prefill\n", "RATIO", "GFLOP/s", "/token", "1,235 tokens/s", "loaded in")
        .contains("a prompt of 5 tokens: ", " cold, ", "memory: weights ", "this machine: reads ");
  }

  @Test
  void oneLineSaysWhatIsWrong() throws Exception {
    Path model = TinyModel.file(folder);
    Path unknown = folder.resolve("unknown.gguf");
    Files.writeString(unknown, "nothing of the kind");
    Path failing = other("");
    refused(ExitCodes.USAGE, "--model: none", "--case", "decode");
    refused(ExitCodes.USAGE, "--model: none", "--against", "llama-bench=" + failing);
    refused(ExitCodes.NO_INPUT, "no such file", "--model", "nowhere.gguf");
    refused(ExitCodes.DATA, "unknown.gguf", "--model", unknown.toString());
    String[] tiny = {"--model", model.toString()};
    refused(ExitCodes.USAGE, "beside a model", more(tiny, "--case", "decode,small"));
    refused(ExitCodes.USAGE, "expected: prefill or decode", more(tiny, "--case", "small"));
    refused(ExitCodes.USAGE, "llama-bench=PATH", more(tiny, "--against", "c-tcp"));
    refused(ExitCodes.UNAVAILABLE, "no such program", more(tiny, "--against", "llama-bench=/x"));
    refused(ExitCodes.USAGE, "--tokens: 0", more(tiny, "--tokens", "0"));
    refused(ExitCodes.USAGE, "--tokens: 9999999", more(tiny, "--tokens", "9999999"));
    refused(ExitCodes.USAGE, "--threads: 0", more(tiny, "--threads", "0"));
    refused(ExitCodes.USAGE, "--tokens: without --model", "--case", "small", "--tokens", "3");
    refused(ExitCodes.USAGE, "--bytes: with a model", more(tiny, "--bytes", "1m"));
    String[] beside = {"--tokens", "2", "--warm-up", "1ms", "--against", "llama-bench=" + failing};
    refused(ExitCodes.SOFTWARE, "printed ''", more(tiny, beside));
    String parts = folder.resolve("tiny").toString();
    refused(ExitCodes.USAGE, "a folder", "--model", parts, "--against", "llama-bench=" + failing);
  }

  private static void refused(int code, String words, String... args) {
    Terminal terminal = new Terminal();
    assertThat(terminal.run(more(new String[] {"bench"}, args))).as(words).isEqualTo(code);
    List<String> lines =
        terminal.err().lines().filter(each -> !each.contains("no vectors")).toList();
    assertThat(lines).singleElement().asString().contains(words);
  }

  private List<JsonNode> measured(String... args) {
    String[] all = more(new String[] {"bench", "--json", "--rounds", "2"}, args);
    assertThat(terminal.run(more(all, "--warm-up", "1ms")))
        .as(terminal.err())
        .isEqualTo(ExitCodes.OK);
    return terminal.json();
  }

  // Prints that, and notes how many threads of our engine were on a processor meanwhile.
  private Path other(String told) throws IOException {
    Path program = folder.resolve("llama-bench");
    Files.writeString(
        program,
        """
        #!/bin/sh
        running=0
        all=0
        for status in /proc/$PPID/task/*/status; do
          text=$(cat "$status")
          case $text in
            *my-engine-*) all=$((all + 1)) ;;
          esac
          case $text in
            *my-engine-*State:?R*) running=$((running + 1)) ;;
          esac
        done
        echo "$running of $all" >>%s/threads
        echo '%s'
        """
            .formatted(folder, told));
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    return program;
  }

  private static String[] more(String[] args, String... more) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }
}
