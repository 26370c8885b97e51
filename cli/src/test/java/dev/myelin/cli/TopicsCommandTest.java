package dev.myelin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.myelin.net.log.LogOptions;
import dev.myelin.net.log.TopicLog;
import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// Logs at the command: what is kept, shown and read again.
@Timeout(60)
final class TopicsCommandTest {
  private static final String ANY_PORT = "tcp://127.0.0.1:*";

  private final Terminal terminal = new Terminal();
  private final Terminal other = new Terminal();

  @TempDir Path folder;

  private String log() {
    return folder.resolve("data/events").toString();
  }

  private TopicLog open(InstantSource clock) throws IOException {
    return TopicLog.open(folder.resolve("data"), "events", LogOptions.defaults(), clock);
  }

  private void publish(String lines, String... more) {
    Terminal publisher = new Terminal().reading(lines.getBytes(StandardCharsets.UTF_8));
    List<String> args = new ArrayList<>(List.of("pub", "--bind", ANY_PORT, "--log"));
    args.add(log());
    args.addAll(List.of(more));
    assertThat(publisher.run(args.toArray(String[]::new)))
        .as(publisher.err())
        .isEqualTo(ExitCodes.OK);
  }

  @Test
  void readsAgainWhatAPublisherKept() {
    publish("one\ntwo\n", "--topic", "news");
    publish("three\n", "--topic", "log");
    assertThat(terminal.run("sub", "--log", log(), "--count", "3")).isEqualTo(ExitCodes.OK);
    assertThat(terminal.out()).isEqualTo("news  one\nnews  two\nlog  three\n");
    other.run("sub", "--log", log(), "--replay", "1", "--topic=news", "--count=1", "--json");
    JsonNode told = other.json().getFirst();
    assertThat(told.path("offset").asInt()).isEqualTo(1);
    assertThat(Instant.parse(told.path("time").asText())).isBefore(Instant.now());
    assertThat(told.path("topic").asText()).isEqualTo("news");
    assertThat(told.path("text").asText()).isEqualTo("two");
  }

  @Test
  void endsAtTheEndOfALogThatNobodyAddsTo() {
    publish("one\n");
    assertThat(terminal.run("sub", "--log", log(), "--timeout", "0"))
        .isEqualTo(ExitCodes.TRY_AGAIN);
    assertThat(terminal.out()).isEqualTo("one\n");
    assertThat(terminal.err()).contains("log events: nothing new at offset 1");
  }

  @Test
  void followsALogThatAPublisherHasOpen() throws Exception {
    publish("before\n");
    String[] ticks = {
      "pub", "--bind", ANY_PORT, "--log", log(), "--data", "tick", "--interval", "0.05"
    };
    Background pub = Background.start(terminal, ticks);
    pub.listening();
    assertThat(other.run("sub", "--log", log(), "--count", "4")).isEqualTo(ExitCodes.OK);
    assertThat(other.out()).isEqualTo("before\ntick\ntick\ntick\n");
    Terminal shown = new Terminal();
    shown.run("topics", folder.resolve("data").toString(), "--json");
    assertThat(shown.json().getFirst().path("open").asBoolean()).isTrue();
    Terminal second = new Terminal();
    assertThat(second.run("pub", "--bind", ANY_PORT, "--data=x", "--log", log()))
        .isEqualTo(ExitCodes.TRY_AGAIN);
    assertThat(second.err()).contains("held by another log (expected: one process per log)");
    assertThat(pub.interrupt()).isEqualTo(ExitCodes.INTERRUPTED);
  }

  @Test
  void keepsWhatNobodySubscribedToAndPublishesToWhoDid() throws Exception {
    Terminal waits = new Terminal();
    String[] args = {
      "pub", "--bind", ANY_PORT, "--log", log(), "--topic=news", "--data=hi", "--wait=1"
    };
    Background pub = Background.start(waits, args);
    assertThat(other.run("sub", "--connect", pub.listening(), "--count=1"))
        .as(other.err())
        .isEqualTo(ExitCodes.OK);
    assertThat(pub.exitCode()).isEqualTo(ExitCodes.OK);
    assertThat(other.out()).isEqualTo("news  hi\n");
    assertThat(terminal.run("sub", "--log", log(), "--count=1")).isEqualTo(ExitCodes.OK);
    assertThat(terminal.out()).isEqualTo("news  hi\n");
  }

  @Test
  void beginsAtATimeOrSomeTimeAgo() throws Exception {
    Instant now = Instant.now();
    for (int hoursAgo : new int[] {50, 5, 1}) {
      try (TopicLog log = open(() -> now.minusSeconds(3600L * hoursAgo))) {
        log.append(Parts.of(hoursAgo + " h"));
      }
    }
    assertThat(replayed("2d")).isEqualTo("5 h\n1 h\n");
    assertThat(replayed("90m")).isEqualTo("1 h\n");
    assertThat(replayed("30s")).isEmpty();
    assertThat(replayed("end")).isEmpty();
    assertThat(replayed(now.minusSeconds(4 * 3600).toString().replaceAll("\\.\\d+Z", "Z")))
        .isEqualTo("1 h\n");
    assertThat(replayed("2001-01-01")).hasLineCount(3);
    assertThat(replayed("2001-01-01T10:30")).hasLineCount(3);
  }

  private String replayed(String from) {
    Terminal reader = new Terminal();
    assertThat(reader.run("sub", "--log", log(), "--replay", from, "--timeout=0"))
        .as(reader.err())
        .isEqualTo(ExitCodes.TRY_AGAIN);
    return reader.out();
  }

  @Test
  void showsWhatLogsHold() throws Exception {
    publish("one\ntwo\n");
    TopicLog.open(folder.resolve("data"), "empty", LogOptions.defaults(), InstantSource.system())
        .close();
    Path segment = folder.resolve("data/events/00000000000000000000.log");
    final long bytes = Files.size(segment);
    Files.write(segment, new byte[5], StandardOpenOption.APPEND);
    assertThat(terminal.run("topics", folder.resolve("data").toString(), "--json"))
        .isEqualTo(ExitCodes.OK);
    assertThat(terminal.json().getFirst())
        .hasToString("{\"log\":\"empty\",\"segments\":1,\"bytes\":24,\"torn\":0,\"open\":false}");
    JsonNode events = terminal.json().getLast();
    assertThat(events.path("first").asLong(-1)).isZero();
    assertThat(events.path("last").asLong()).isEqualTo(1);
    assertThat(events.path("bytes").asLong()).isEqualTo(bytes);
    assertThat(events.path("torn").asLong()).isEqualTo(5);
    assertThat(Instant.parse(events.path("oldest").asText()))
        .isBeforeOrEqualTo(Instant.parse(events.path("newest").asText()));
    assertThat(other.run("topics", log())).isEqualTo(ExitCodes.OK);
    assertThat(other.out())
        .matches("(?s)LOG +FILES +FIRST +LAST .*events +1 +0 +1 .*torn end of 5 B\n");
  }

  @Test
  void passesOverDamageAndTellsIt() throws Exception {
    publish("one\ntwo\nthree\n");
    publish("four\n"); // says that all before was forced
    Path segment = folder.resolve("data/events/00000000000000000000.log");
    byte[] bytes = Files.readAllBytes(segment);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    bytes[text.indexOf("two")] ^= 1;
    Files.write(segment, bytes);
    terminal.run("sub", "--log", log(), "--timeout=0", "--json");
    assertThat(terminal.json().stream().map(each -> each.path("text").asText()))
        .containsExactly("one", "three", "four");
    assertThat(terminal.err())
        .contains("{\"event\":\"lost\"", "\"offset\":1,\"count\":1,\"cause\":\"damage\"");
  }

  @Test
  void saysWhatIsWrong() {
    expect(ExitCodes.NO_INPUT, "no such folder", "topics", folder + "/none");
    expect(ExitCodes.NO_INPUT, "holds no log", "topics", folder.toString());
    expect(ExitCodes.NO_INPUT, "holds no log (expected: one that", "sub", "--log", log());
    expect(ExitCodes.USAGE, "--replay: given without --log", "sub", "--replay", "first");
    expect(ExitCodes.USAGE, "--log: given beside", "sub", "--log", log(), "--connect", "tcp://x:1");
    expect(ExitCodes.USAGE, "names no log", "sub", "--log", "/");
    expect(ExitCodes.USAGE, "name: a b", "pub", "--bind", ANY_PORT, "--log", folder + "/a b");
    publish("one\n");
    expect(
        ExitCodes.USAGE, "--replay: soon (expected: first", "sub", "--log", log(), "--replay=soon");
    expect(ExitCodes.USAGE, "offset: 7 (expected: 0 to 1", "sub", "--log", log(), "--replay=7");
  }

  private static void expect(int code, String complaint, String... args) {
    Terminal terminal = new Terminal();
    assertThat(terminal.run(args)).as(terminal.err()).isEqualTo(code);
    assertThat(terminal.err()).contains(complaint).hasLineCount(1);
  }

  @Test
  void isDescribedInTheHelp() {
    Terminal help = new Terminal();
    assertThat(help.run("topics", "--help")).isEqualTo(CommandLine.ExitCode.OK);
    assertThat(help.out()).contains("Show the logs of a folder", "myelin topics data");
  }
}
