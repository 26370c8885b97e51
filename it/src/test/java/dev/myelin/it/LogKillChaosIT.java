package dev.myelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.myelin.cli.Main;
import dev.myelin.net.Messaging;
import dev.myelin.net.pattern.Subscriber;
import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `myelin pub --log` is killed with `kill -9`: what anybody got by the socket is in the log, once
/// and in order, and the next one goes on behind it.
@Timeout(120)
class LogKillChaosIT {
  private static final int MESSAGES = 300;

  @TempDir Path folder;

  private static List<String> myelin(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  private String log() {
    return folder.resolve("events").toString();
  }

  private LineProcess publisher() throws Exception {
    return LineProcess.start(
        myelin(
            "pub",
            "--json",
            "--bind",
            "tcp://127.0.0.1:*",
            "--topic",
            "news",
            "--wait",
            "1",
            "--log",
            log()));
  }

  /// Has one publish those numbers, kills it after the last was received, and returns them.
  private List<Integer> publishAndKill(int from, int to) throws Exception {
    List<Integer> got = new ArrayList<>();
    try (LineProcess publisher = publisher();
        Messaging messaging = Messaging.open();
        Subscriber subscriber = messaging.subscriber()) {
      subscriber.subscribe("news");
      subscriber.connect(publisher.await("listening", Party.SOON).path("endpoint").asText());
      for (int i = from; i < to; i++) {
        publisher.command(Map.of("n", i));
      }
      while (got.isEmpty() || got.getLast() < from + (to - from) / 2) {
        try (Parts message = subscriber.receive(Party.SOON)) {
          got.add(LineProcess.JSON.readTree(message.text(1)).path("n").asInt());
        }
      }
      publisher.signal("KILL");
    }
    return got;
  }

  /// Returns what the log holds, as `sub --log` tells it.
  private List<JsonNode> replay() throws Exception {
    try (LineProcess reader =
        LineProcess.start(
            myelin("sub", "--json", "--log", log(), "--replay", "first", "--timeout", "0"))) {
      reader.awaitEnd(Party.SOON);
      return reader.heard("").stream().filter(each -> each.has("offset")).toList();
    }
  }

  private static int number(JsonNode kept) {
    try {
      return LineProcess.JSON.readTree(kept.path("text").asText()).path("n").asInt();
    } catch (IOException e) {
      throw new AssertionError(kept.toString(), e);
    }
  }

  @Test
  void keepsEverythingThatAnybodyGotThoughItIsKilledTwice() throws Exception {
    List<Integer> first = publishAndKill(0, MESSAGES);
    List<JsonNode> kept = replay();
    assertKept(kept, first, 0);
    List<Integer> second = publishAndKill(MESSAGES, 2 * MESSAGES);
    List<JsonNode> both = replay();
    assertThat(both.subList(0, kept.size())).isEqualTo(kept);
    assertKept(both.subList(kept.size(), both.size()), second, kept.size());
  }

  /// Offsets without a gap, numbers in order, and every one that was received among them.
  private static void assertKept(List<JsonNode> kept, List<Integer> received, int offset) {
    List<Integer> numbers = kept.stream().map(LogKillChaosIT::number).toList();
    int begin = received.getFirst();
    assertThat(numbers)
        .isEqualTo(IntStream.range(begin, begin + kept.size()).boxed().toList())
        .containsAll(received);
    assertThat(kept.stream().map(each -> each.path("offset").asInt()).toList())
        .isEqualTo(IntStream.range(offset, offset + kept.size()).boxed().toList());
    assertThat(kept).allMatch(each -> each.path("topic").asText().equals("news"));
  }
}
