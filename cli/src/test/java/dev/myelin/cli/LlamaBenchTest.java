package dev.myelin.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class LlamaBenchTest {
  private static final Path SAMPLES = Path.of("src/test/resources/llama-bench");
  private static final Duration LONG = Duration.ofSeconds(50);

  @TempDir private Path folder;

  @Test
  void readsWhatTheProgramPrints() throws IOException {
    LlamaBench program = new LlamaBench(Path.of("llama-bench"), LONG);
    String prefill = Files.readString(SAMPLES.resolve("prefill.json"));
    LlamaBench.Told prompt = program.told(prefill, BenchCase.PREFILL, 32);
    assertThat(prompt.rate()).isEqualTo(480.297621);
    assertThat(prompt.fact("backends")).isEqualTo("CPU");
    assertThat(prompt.fact("nothing of this name")).isEqualTo("unknown");
    String decode = Files.readString(SAMPLES.resolve("decode.json"));
    assertThat(program.told(decode, BenchCase.DECODE, 8).rate()).isEqualTo(6.492840);
    assertThatThrownBy(() -> program.told(prefill, BenchCase.PREFILL, 33))
        .hasMessageContaining("avg_ts of n_prompt 33");
    assertThatThrownBy(() -> program.told(prefill, BenchCase.DECODE, 32))
        .hasMessageContaining("avg_ts of n_gen 32");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no json",
        "{\"n_prompt\": 8}",
        "[",
        "[{\"n_prompt\": 8, \"n_gen\": 0, \"avg_ts\": 1",
        "[{\"n_prompt\": 8, \"n_gen\": 0, \"avg_ts\": 0.0}]",
        "[{\"n_prompt\": 8, \"n_gen\": 0, \"avg_ts\": \"fast\"}]",
        "[{\"n_prompt\": \"8\", \"n_gen\": 0, \"avg_ts\": 2.5}]"
      })
  void refusesOtherOutput(String text) {
    LlamaBench program = new LlamaBench(Path.of("llama-bench"), LONG);
    CommandException refusal =
        catchThrowableOfType(
            CommandException.class, () -> program.told(text, BenchCase.PREFILL, 8));
    assertThat(refusal.exitCode()).isEqualTo(ExitCodes.SOFTWARE);
    assertThat(refusal)
        .hasMessageContaining("llama-bench: printed '")
        .hasMessageContaining("n_prompt 8");
  }

  @Test
  void tellsTheProgramWhatToMeasure() throws Exception {
    Path program =
        program("printf '%s ' \"$@\" >" + folder + "/arguments; cat " + folder + "/told");
    Files.writeString(
        folder.resolve("told"), "[{\"n_prompt\": 0, \"n_gen\": 7, \"avg_ts\": 12.5}]");
    LlamaBench.Told told =
        new LlamaBench(program, LONG).run(Path.of("some model.gguf"), BenchCase.DECODE, 7, 3);
    assertThat(told.rate()).isEqualTo(12.5);
    assertThat(folder.resolve("arguments"))
        .hasContent("-m some model.gguf -t 3 -p 0 -n 7 -r 1 -o json ");
  }

  @Test
  void quotesWhatAFailingProgramSaidLast() throws Exception {
    Path program = program("echo first >&2; echo 'failed to load model' >&2; exit 3");
    assertThatThrownBy(() -> run(program, LONG))
        .hasMessage(program + ": ended with exit code 3; it said: failed to load model");
  }

  @Test
  void explainsAnIllegalInstruction() throws Exception {
    Path program = program("kill -ILL $$");
    assertThatThrownBy(() -> run(program, LONG))
        .hasMessageContaining("illegal instruction")
        .hasMessageContaining("GGML_NATIVE=OFF")
        .hasMessageContaining("printed no error");
  }

  @Test
  void endsAProgramThatHangs() throws Exception {
    Path program = program("exec sleep 97531");
    assertThatThrownBy(() -> run(program, Duration.ofSeconds(1)))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("still running after 1.00 s");
    assertThat(ProcessHandle.current().descendants())
        .extracting(each -> each.info().commandLine().orElse(""))
        .noneMatch(each -> each.contains("97531") || each.contains(program.toString()));
  }

  @Test
  void isLookedForWhereTheNameSaysOrInThePath() throws Exception {
    Path program = program("exit 0");
    Terminal terminal = new Terminal().with("PATH", "/nowhere:" + folder);
    assertThat(LlamaBench.of("llama-bench", terminal.shell())).isNotNull();
    assertThat(LlamaBench.of("llama-bench=" + program, new Terminal().shell())).isNotNull();
    for (String name : new String[] {"llama-bench", "llama-bench=" + folder, "llama-bench="}) {
      CommandException missing =
          catchThrowableOfType(
              CommandException.class, () -> LlamaBench.of(name, new Terminal().shell()));
      assertThat(missing.exitCode()).isEqualTo(ExitCodes.UNAVAILABLE);
      assertThat(missing).hasMessageContaining(name).hasMessageContaining("cmake");
    }
  }

  private void run(Path program, Duration limit) throws IOException, InterruptedException {
    new LlamaBench(program, limit).run(Path.of("m.gguf"), BenchCase.PREFILL, 8, 2);
  }

  private Path program(String script) throws IOException {
    Path program = folder.resolve("llama-bench");
    Files.writeString(program, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    return program;
  }
}
