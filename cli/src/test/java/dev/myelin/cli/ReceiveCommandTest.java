package dev.myelin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.NpyFile;
import dev.myelin.tensor.Shape;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class ReceiveCommandTest {
  private final Terminal terminal = terminal();

  @TempDir Path folder;

  @Test
  void storesWhatIsSentAndEndsAfterTheCount() throws Exception {
    Path file = folder.resolve("grid.npy");
    NpyFile.create(file, DType.F32, Shape.of(3, 5)).close();
    Path dir = folder.resolve("in");
    Background receive =
        Background.start(terminal, args("--json", "--dir", dir.toString(), "--count", "1"));
    String at = receive.await("listening").get("endpoint").asText();
    Terminal sender = terminal();
    String[] send = {"send", file.toString(), "--to", at, "--no-discovery", "--host", "127.0.0.1"};
    assertThat(sender.run(send)).as(sender.err()).isEqualTo(ExitCodes.OK);
    assertThat(receive.exitCode()).as(terminal.err()).isEqualTo(ExitCodes.OK);
    JsonNode stored = terminal.json().getLast();
    assertThat(stored.get("name").asText()).isEqualTo("grid");
    assertThat(stored.get("dtype").asText()).isEqualTo("f32");
    assertThat(stored.get("shape").toString()).isEqualTo("[3,5]");
    assertThat(stored.get("bytes").asInt()).isEqualTo(60);
    assertThat(Files.mismatch(Path.of(stored.get("file").asText()), file)).isEqualTo(-1);
  }

  @Test
  void endsWithTryAgainWhenTooFewCame() {
    int code = terminal.run(args("--dir", folder.toString(), "--count", "2", "--timeout", "50ms"));
    assertThat(code).isEqualTo(ExitCodes.TRY_AGAIN);
    assertThat(terminal.err()).contains("received 0 of 2 tensors within 50 ms");
  }

  @Test
  void endsInOrderWhenTheTimeIsOverAndNobodyCounted() {
    assertThat(terminal.run(args("--dir", folder.toString(), "--timeout", "50ms")))
        .isEqualTo(ExitCodes.OK);
  }

  private static Terminal terminal() {
    return new Terminal().with("MYELIN_API_KEY", Terminal.KEY);
  }

  private static String[] args(String... more) {
    String[] first = {"receive", "--no-discovery", "--host", "127.0.0.1", "--port", "0"};
    String[] all = java.util.Arrays.copyOf(first, first.length + more.length);
    System.arraycopy(more, 0, all, first.length, more.length);
    return all;
  }
}
