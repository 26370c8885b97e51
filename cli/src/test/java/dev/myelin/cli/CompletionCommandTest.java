package dev.myelin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class CompletionCommandTest {
  @Test
  void printsAScriptThatBashUnderstandsAndThatKnowsTheCommands() throws Exception {
    Terminal terminal = new Terminal();
    assertThat(terminal.run("completion")).isEqualTo(ExitCodes.OK);
    assertThat(terminal.out())
        .contains("--to", "--key-file", "complete -F")
        .doesNotContain("bench-node");
    assertThat(syntaxErrors(terminal.out())).isEmpty();
  }

  private static String syntaxErrors(String script) throws IOException, InterruptedException {
    Process bash = new ProcessBuilder("bash", "-n").redirectErrorStream(true).start();
    bash.getOutputStream().write(script.getBytes(StandardCharsets.UTF_8));
    bash.getOutputStream().close();
    String words = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    bash.waitFor();
    return words;
  }
}
