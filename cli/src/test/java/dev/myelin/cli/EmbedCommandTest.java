package dev.myelin.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class EmbedCommandTest {
  private final Terminal terminal = new Terminal();

  @Test
  void printsALineOfNumbersForEachText() {
    assertThat(terminal.run("embed", "a dog", "a cat")).isEqualTo(ExitCodes.OK);
    assertThat(terminal.out().lines()).hasSize(2);
    String[] numbers = terminal.out().lines().findFirst().orElseThrow().split(" ", -1);
    assertThat(numbers).hasSize(384);
    double squares = 0;
    for (String number : numbers) {
      squares += Double.parseDouble(number) * Double.parseDouble(number);
    }
    assertThat(squares).isCloseTo(1, within(1e-5));
  }

  @Test
  void readsLinesWhereNoTextIsGiven() {
    terminal.reading("été\n\nwinter\n".getBytes(StandardCharsets.UTF_8));
    assertThat(terminal.run("embed", "--json", "--threads", "1")).isEqualTo(ExitCodes.OK);
    List<JsonNode> found = terminal.json();
    assertThat(found).extracting(one -> one.get("text").asText()).containsExactly("été", "winter");
    assertThat(found).allMatch(one -> one.get("dimensions").asInt() == 384);
    assertThat(found).allMatch(one -> one.get("vector").size() == 384);
  }

  @Test
  void tellsHowAlikeTextsAre() {
    String[] texts = {"a dog in the park", "a puppy outside", "interest rates rose"};
    assertThat(terminal.run("embed", "--similar", "--json", texts[0], texts[1], texts[2])).isZero();
    List<JsonNode> rows = terminal.json();
    assertThat(rows).hasSize(3);
    JsonNode first = rows.getFirst().get("similar");
    assertThat(first.get(0).asDouble()).isEqualTo(1);
    assertThat(first.get(1).asDouble()).isGreaterThan(first.get(2).asDouble() + 0.2);
    Terminal table = new Terminal();
    table.run("embed", "--similar", texts[0], texts[1]);
    assertThat(table.out().lines().findFirst())
        .get()
        .asString()
        .startsWith("a dog in the park  1.0");
  }

  @Test
  void anInterruptEndsTheWaitForALine() throws Exception {
    SilentInput silent = new SilentInput();
    Background running = Background.start(terminal.reading(silent), "embed", "--threads", "1");
    assertThat(silent.awaitReader()).isTrue();
    assertThat(running.interrupt()).isEqualTo(ExitCodes.INTERRUPTED);
  }

  @Test
  void wantsAThread() {
    assertThat(terminal.run("embed", "--threads", "0", "x")).isEqualTo(ExitCodes.USAGE);
    assertThat(terminal.err()).contains("threads: 0 (expected: >= 1)");
  }
}
