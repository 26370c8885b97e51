package dev.myelin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class MainTest {
  private final Terminal terminal = new Terminal();

  @Test
  void withoutACommandShowsWhatThereIs() {
    assertThat(terminal.run()).isEqualTo(ExitCodes.OK);
    assertThat(terminal.out())
        .contains(
            "Usage: myelin", "demo", "send", "receive", "Exit codes", "myelin keygen --out key.txt")
        .doesNotContain("bench-node", "demo-node");
  }

  @Test
  void namesItsVersionAndItsJava() {
    assertThat(terminal.run("--version")).isEqualTo(ExitCodes.OK);
    assertThat(terminal.out()).startsWith("myelin ").contains("Java 25").doesNotContain("${");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "demo",
        "node",
        "send",
        "receive",
        "peers",
        "keygen",
        "doctor",
        "check",
        "bench",
        "dissect",
        "config",
        "completion"
      })
  void everyCommandTeachesWithExamples(String command) {
    assertThat(terminal.run(command, "--help")).isEqualTo(ExitCodes.OK);
    assertThat(terminal.out())
        .contains("Usage: myelin " + command, "Examples:", "  myelin " + command);
  }

  @Test
  void optionsTellTheirDefaultsAndVariables() {
    terminal.run("node", "--help");
    assertThat(terminal.out().replaceAll("\\s+", " "))
        .contains("--port=PORT", "default 9000", "MYELIN_PORT, ASOC_PORT");
  }

  @Test
  void anUnknownCommandIsMisuseAndDrawsAGuess() {
    assertThat(terminal.run("sned")).isEqualTo(ExitCodes.USAGE);
    assertThat(terminal.err()).contains("'sned'", "send", "--help").hasLineCount(1);
  }

  @Test
  void anUnknownOptionIsMisuse() {
    assertThat(terminal.run("keygen", "--lenght", "5")).isEqualTo(ExitCodes.USAGE);
    assertThat(terminal.err()).contains("--lenght", "myelin keygen --help").hasLineCount(1);
  }

  @Test
  void aMissingKeyIsExplained() {
    assertThat(terminal.run("peers", "--once")).isEqualTo(ExitCodes.USAGE);
    assertThat(terminal.err())
        .contains("no key", "MYELIN_API_KEY", "myelin keygen")
        .hasLineCount(1);
  }

  @Test
  void withVerboseAnErrorShowsWhereItCameFrom() {
    assertThat(terminal.run("peers", "--once", "-v")).isEqualTo(ExitCodes.USAGE);
    assertThat(terminal.err()).contains("no key", "\tat dev.myelin.cli.");
  }

  @Test
  void withJsonAnErrorIsAnObject() {
    assertThat(terminal.run("peers", "--json")).isEqualTo(ExitCodes.USAGE);
    assertThat(terminal.err()).startsWith("{\"error\":\"no key").contains("\"exit\":64");
  }

  @Test
  void aTimeThatIsNoneIsMisuse() {
    assertThat(terminal.run("peers", "--wait", "soon")).isEqualTo(ExitCodes.USAGE);
    assertThat(terminal.err()).contains("--wait", "'soon'", "10s").hasLineCount(1);
  }
}
