package dev.myelin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class CheckCommandTest {
  @Test
  void everyStepWorksAndIsTold() {
    Terminal terminal = new Terminal();
    int code = terminal.run("check", "--json");
    List<JsonNode> lines = terminal.json();
    assertThat(code).as(terminal.out()).isEqualTo(ExitCodes.OK);
    assertThat(lines.subList(0, lines.size() - 1))
        .hasSizeGreaterThanOrEqualTo(8)
        .allMatch(step -> step.get("ok").asBoolean() && !step.get("detail").asText().isEmpty());
    assertThat(lines.getLast().get("failed").asInt()).isZero();
  }
}
