package dev.myelin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.myelin.net.Messaging;
import dev.myelin.net.pattern.Pusher;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.NpyFile;
import dev.myelin.tensor.SafetensorsFile;
import dev.myelin.tensor.Shape;
import dev.myelin.wire.parts.Parts;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The commands of messaging patterns against each other.
@Timeout(60)
final class MessagingCommandsTest {
  private static final String ANY_PORT = "tcp://127.0.0.1:*";

  private final Terminal terminal = new Terminal();
  private final Terminal other = new Terminal();

  @TempDir Path folder;

  @Test
  void pushesTextsToAPullerThatPrintsThem() throws Exception {
    Background pull = Background.start(terminal, "pull", "--bind", ANY_PORT, "--count", "3");
    String at = pull.listening();
    assertThat(other.run("push", "--connect", at, "--data", "work", "--count", "3"))
        .as(other.err())
        .isEqualTo(ExitCodes.OK);
    assertThat(pull.exitCode()).as(terminal.err()).isEqualTo(ExitCodes.OK);
    assertThat(terminal.out()).isEqualTo("work\nwork\nwork\n");
  }

  @Test
  void tellsPartsAsOneObject() throws Exception {
    Background pull =
        Background.start(terminal, "pull", "--bind", ANY_PORT, "--count", "2", "--json");
    try (Messaging messaging = Messaging.open();
        Pusher pusher = messaging.pusher()) {
      pusher.connect(pull.listening());
      pusher.push(Parts.of(new byte[] {(byte) 0xff}));
      pusher.push(Parts.of("a", "b\nc"));
      assertThat(pull.exitCode()).as(terminal.err()).isEqualTo(ExitCodes.OK);
    }
    List<JsonNode> told = terminal.json();
    assertThat(told.getFirst()).hasToString("{\"parts\":[1]}");
    assertThat(told.getLast()).hasToString("{\"parts\":[1,3],\"text\":[\"a\",\"b\\nc\"]}");
  }

  @Test
  void pushesEachLineOfStandardInput() throws Exception {
    Background pull = Background.start(terminal, "pull", "--bind", ANY_PORT, "--count", "2");
    other.reading("one\ntwo\nthree\n".getBytes(StandardCharsets.UTF_8));
    assertThat(other.run("push", "--connect", pull.listening(), "--count", "2", "--json"))
        .isEqualTo(ExitCodes.OK);
    pull.exitCode();
    assertThat(terminal.out()).isEqualTo("one\ntwo\n");
    assertThat(other.json().getLast().path("sent").asInt()).isEqualTo(2);
    assertThat(other.json().getLast().path("dropped").asInt()).isZero();
  }

  @Test
  void keepsTensorsAndOtherFilesAndOverwritesNothing() throws Exception {
    Path grid = folder.resolve("grid.npy");
    try (NpyFile npy = NpyFile.create(grid, DType.F32, Shape.of(3, 5))) {
      npy.tensor().segment().setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, 7, 42f);
    }
    Path model = folder.resolve("m.safetensors");
    SafetensorsFile.create(
            model, List.of(new SafetensorsFile.Spec("../w", DType.BF16, Shape.of(4))), Map.of())
        .close();
    Path notes = Files.write(folder.resolve("notes.txt"), new byte[] {7, 8, 9});
    Path dir = Files.createDirectory(folder.resolve("in"));
    Files.writeString(dir.resolve("grid.npy"), "precious");
    Background pull =
        Background.start(
            terminal, "pull", "--bind", ANY_PORT, "--count=3", "--json", "--out", dir.toString());
    String[] push = {
      "push",
      "--connect",
      pull.listening(),
      "--file",
      grid.toString(),
      "--file",
      model.toString(),
      "--file",
      notes.toString()
    };
    assertThat(other.run(push)).as(other.err()).isEqualTo(ExitCodes.OK);
    assertThat(pull.exitCode()).as(terminal.err()).isEqualTo(ExitCodes.OK);
    JsonNode first = terminal.json().getFirst();
    assertThat(first.path("tensor").path("name").asText()).isEqualTo("grid");
    assertThat(first.path("tensor").path("dtype").asText()).isEqualTo("f32");
    assertThat(first.path("tensor").path("shape")).hasToString("[3,5]");
    assertThat(first.path("tensor").path("sha256").asText()).hasSize(64);
    assertThat(Files.mismatch(dir.resolve("grid-1.npy"), grid)).isEqualTo(-1);
    assertThat(dir.resolve("grid.npy")).hasContent("precious");
    assertThat(dir.resolve("message.bin")).hasBinaryContent(new byte[] {7, 8, 9});
    assertThat(dir.toFile().list())
        .containsExactlyInAnyOrder("grid.npy", "grid-1.npy", "_w.safetensors", "message.bin");
  }

  @Test
  void asksAndIsAnswered() throws Exception {
    Background rep =
        Background.start(terminal, "rep", "--bind", ANY_PORT, "--reply", "world", "--count", "2");
    assertThat(other.run("req", "--connect", rep.listening(), "--data", "hello", "--count", "2"))
        .as(other.err())
        .isEqualTo(ExitCodes.OK);
    assertThat(rep.exitCode()).isEqualTo(ExitCodes.OK);
    assertThat(terminal.out()).isEqualTo("hello\nhello\n");
    assertThat(other.out()).isEqualTo("world\nworld\n");
  }

  @Test
  void echoesATensor() throws Exception {
    Path grid = folder.resolve("grid.npy");
    NpyFile.create(grid, DType.F32, Shape.of(300, 50)).close();
    Background rep = Background.start(terminal, "rep", "--bind", ANY_PORT, "--echo", "--count=1");
    String[] ask = {
      "req", "--connect", rep.listening(), "--file", grid.toString(), "--out", folder + "/out"
    };
    assertThat(other.run(ask)).as(other.err()).isEqualTo(ExitCodes.OK);
    assertThat(rep.exitCode()).isEqualTo(ExitCodes.OK);
    assertThat(terminal.out()).contains("grid  f32[300, 50]  60.0 kB  sha256 ");
    assertThat(Files.mismatch(folder.resolve("out/grid.npy"), grid)).isEqualTo(-1);
  }

  @Test
  void publishesUnderATopicToWhoSubscribed() throws Exception {
    Background pub =
        Background.start(
            terminal, "pub", "--bind", ANY_PORT, "--topic", "news", "--data", "hi", "--json");
    int code = other.run("sub", "--connect", pub.listening(), "--topic=ne", "--count=1", "--json");
    assertThat(code).as(other.err()).isEqualTo(ExitCodes.OK);
    assertThat(pub.exitCode()).isEqualTo(ExitCodes.OK);
    assertThat(other.json().getFirst())
        .hasToString("{\"topic\":\"news\",\"parts\":[4,2],\"text\":\"hi\"}");
    assertThat(terminal.json().getLast().path("copies").asInt()).isEqualTo(1);
  }

  @Test
  void namesTheSubscriptionOfAMessageWithoutATopic() throws Exception {
    Background pub = Background.start(terminal, "pub", "--bind", ANY_PORT, "--data", "news: hi");
    int code = other.run("sub", "--connect", pub.listening(), "--topic=new", "--count=1", "--json");
    assertThat(code).as(other.err()).isEqualTo(ExitCodes.OK);
    assertThat(pub.exitCode()).isEqualTo(ExitCodes.OK);
    assertThat(other.json().getFirst())
        .hasToString("{\"topic\":\"new\",\"parts\":[8],\"text\":\"news: hi\"}");
  }

  @Test
  void talksWithOnePeer() throws Exception {
    Background first =
        Background.start(terminal, "pair", "--bind", ANY_PORT, "--data", "ping", "--count", "1");
    String[] second = {
      "pair", "--connect", first.listening(), "--data", "pong", "--interval", "30", "--count", "1"
    };
    assertThat(other.run(second)).as(other.err()).isEqualTo(ExitCodes.OK);
    assertThat(first.exitCode()).as(terminal.err()).isEqualTo(ExitCodes.OK);
    assertThat(terminal.out() + other.out()).isEqualTo("pong\nping\n");
  }

  @Test
  void endsWithTryAgainWhenNothingComes() {
    assertThat(terminal.run("pull", "--bind", ANY_PORT, "--timeout", "0.05"))
        .isEqualTo(ExitCodes.TRY_AGAIN);
    assertThat(other.run("push", "--bind", ANY_PORT, "--timeout", "50ms", "--data", "x"))
        .isEqualTo(ExitCodes.TRY_AGAIN);
    Terminal third = new Terminal();
    assertThat(third.run("pub", "--bind", ANY_PORT, "--timeout", "0.05", "--data", "x"))
        .isEqualTo(ExitCodes.TRY_AGAIN);
    assertThat(third.err()).contains("expected: 1 that subscribed within 50 ms");
  }

  @Test
  void stopsAtOnceWhenInterrupted() throws Exception {
    Background pull = Background.start(terminal, "pull", "--bind", ANY_PORT);
    pull.listening();
    assertThat(pull.interrupt()).isEqualTo(ExitCodes.INTERRUPTED);
  }

  @Test
  void letsInByKeyWhoMayComeIn() throws Exception {
    Path file = folder.resolve("curve.txt");
    Terminal keys = new Terminal();
    assertThat(keys.run("keygen", "--curve", "--out", file.toString())).isEqualTo(ExitCodes.OK);
    String server = keys.out().strip().split(" +", -1)[1];
    Terminal client = new Terminal();
    client.run("keygen", "--curve", "--json");
    String secret = client.json().getFirst().path("secret_key").asText();
    String known = client.json().getFirst().path("public_key").asText();
    Background rep =
        Background.start(
            terminal,
            "rep",
            "--bind",
            ANY_PORT,
            "--echo",
            "--count=1",
            "--curve-secret-key-file=" + file,
            "--curve-client-key=" + known);
    String[] ask = {
      "req", "--connect", rep.listening(), "--data=hi", "--curve-server-key=" + server
    };
    Background stranger = Background.start(new Terminal(), ask);
    stranger.saying("no peer yet, waiting: (tcp://.*)");
    stranger.interrupt();
    List<String> proven =
        Stream.concat(Stream.of(ask), Stream.of("--curve-secret-key=" + secret)).toList();
    assertThat(other.run(proven.toArray(String[]::new))).as(other.err()).isEqualTo(ExitCodes.OK);
    assertThat(rep.exitCode()).isEqualTo(ExitCodes.OK);
    assertThat(other.out()).isEqualTo("hi\n");
  }

  @Test
  void letsInByPasswordWhoKnowsIt() throws Exception {
    Path file = Files.writeString(folder.resolve("password.txt"), "secret\n");
    Background pull =
        Background.start(
            terminal,
            "pull",
            "--bind",
            ANY_PORT,
            "--count=1",
            "--plain-user=ada",
            "--plain-password-file=" + file);
    String at = pull.listening();
    String[] wrong = {
      "push",
      "--connect",
      at,
      "--data=no",
      "--plain-user=ada",
      "--plain-password=guess",
      "--timeout=0.3"
    };
    assertThat(new Terminal().run(wrong)).isEqualTo(ExitCodes.TRY_AGAIN);
    String[] right = {
      "push", "--connect", at, "--data=yes", "--plain-user=ada", "--plain-password=secret"
    };
    assertThat(other.run(right)).as(other.err()).isEqualTo(ExitCodes.OK);
    assertThat(pull.exitCode()).isEqualTo(ExitCodes.OK);
    assertThat(terminal.out()).isEqualTo("yes\n");
  }

  @Test
  void saysWhatIsWrongWithTheCommandLine() {
    expectUsage("--bind, --connect: none", "pull");
    expectUsage("--strangers", "pull", "--bind", "tcp://0.0.0.0:*");
    expectUsage("endpoint", "pull", "--connect", "nowhere");
    expectUsage("--echo, --reply, --file: 0 of them", "rep", "--bind", ANY_PORT);
    expectUsage("--count: 0", "pull", "--bind", ANY_PORT, "--count", "0");
    expectUsage("--rate: -1", "push", "--bind", ANY_PORT, "--data=x", "--rate=-1");
    expectUsage("--timeout", "pull", "--bind", ANY_PORT, "--timeout", "soon");
    expectUsage("--plain-password: missing", "pull", "--bind", ANY_PORT, "--plain-user", "ada");
    expectUsage("--curve-server-key", "pull", "--bind", ANY_PORT, "--curve-server-key", "short");
    expectUsage("send", "pull", "--bind", ANY_PORT, "--hwm", "-1");
  }

  private static void expectUsage(String complaint, String... args) {
    Terminal terminal = new Terminal();
    assertThat(terminal.run(args)).as(terminal.err()).isEqualTo(ExitCodes.USAGE);
    assertThat(terminal.err()).contains(complaint).hasLineCount(1);
  }
}
