package dev.myelin.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.myelin.engine.WeightType;
import dev.myelin.engine.model.Conversion;
import dev.myelin.engine.model.Model;
import dev.myelin.engine.model.ModelCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class ModelsCommandTest {
  private final Terminal terminal = new Terminal();

  @TempDir private Path folder;

  @Test
  void listsWhatStandsInTheFolders() throws Exception {
    TinyModel.file(folder);
    Files.writeString(folder.resolve("broken.gguf"), "GGUF");
    terminal.with("MYELIN_MODELS", folder.toString());
    assertThat(terminal.run("models", "list")).isEqualTo(ExitCodes.OK);
    assertThat(terminal.out()).contains("NAME", "MEMORY", "tiny", "GGUF Q8_0", "safetensors");
    assertThat(terminal.err()).contains("broken.gguf");
    assertThat(terminal.out().lines()).hasSize(3);
  }

  @Test
  void listsAsJsonOneObjectEach() throws Exception {
    TinyModel.file(folder);
    assertThat(terminal.run("models", "list", folder.toString(), "--json")).isEqualTo(ExitCodes.OK);
    assertThat(terminal.json())
        .extracting(each -> each.get("format").asText())
        .containsExactlyInAnyOrder("GGUF", "safetensors");
    JsonNode first = terminal.json().getFirst();
    assertThat(first.get("parameters").asLong()).isPositive();
    assertThat(first.get("memory").asLong()).isGreaterThan(first.get("bytes").asLong() / 8);
    assertThat(first.get("architecture").asText()).isEqualTo("llama");
  }

  @Test
  void showsAWholeModelAndAShardOfIt() throws Exception {
    Path file = TinyModel.file(folder);
    assertThat(terminal.run("models", "show", file.toString())).isEqualTo(ExitCodes.OK);
    assertThat(terminal.out()).contains("general.architecture", "Q8_0", "memory", "gpt2 (gpt-2), ");
    Terminal whole = new Terminal();
    whole.run("models", "show", file.toString(), "--json");
    Terminal shard = new Terminal();
    shard.run("models", "show", file.toString(), "--layers", "1:2", "--json");
    assertThat(shard.json().getFirst().get("weight_memory").asLong())
        .isLessThan(whole.json().getFirst().get("weight_memory").asLong());
    assertThat(shard.json().getFirst().get("shard").asText()).isEqualTo("1:2");
  }

  @Test
  void convertsAndVerifies() throws Exception {
    String source = TinyModel.folder(folder).toString();
    String file = folder.resolve("half.gguf").toString();
    assertThat(terminal.run("models", "convert", source, file, "--type", "f16"))
        .as(terminal.err())
        .isEqualTo(ExitCodes.OK);
    assertThat(terminal.out()).contains("half.gguf: written", "F16");
    assertThat(new Terminal().run("models", "verify", file)).isEqualTo(ExitCodes.OK);
    Terminal again = new Terminal();
    assertThat(again.run("models", "convert", source, file)).isEqualTo(ExitCodes.CANNOT_CREATE);
    assertThat(again.err()).contains("--force");
    assertThat(new Terminal().run("models", "convert", source, file, "--force"))
        .isEqualTo(ExitCodes.OK);
  }

  @Test
  void whatCannotBeWrittenIsSaidBeforeTheWork() throws Exception {
    Path there = Files.createDirectory(folder.resolve("there"));
    assertThat(convert("nobody", there.toString(), "--force")).contains(there + ": a folder (");
    assertThat(convert("nobody", folder.resolve("none/a.gguf").toString()))
        .contains("make it first");
    assertThat(there).isEmptyDirectory();
    Terminal type = new Terminal();
    assertThat(type.run("models", "convert", "nobody", "a.gguf", "--type", "q3")).isEqualTo(64);
    assertThat(type.err()).contains("--type: 'q3'").hasLineCount(1);
  }

  private static String convert(String... args) {
    Terminal own = new Terminal();
    String[] all = new String[args.length + 2];
    all[0] = "models";
    all[1] = "convert";
    System.arraycopy(args, 0, all, 2, args.length);
    assertThat(own.run(all)).as(own.err()).isEqualTo(ExitCodes.CANNOT_CREATE);
    assertThat(own.err()).hasLineCount(1);
    return own.err();
  }

  @Test
  void anInterruptEndsAConversionAndLeavesNothing() throws Exception {
    try (Model model = Model.open(TinyModel.folder(folder));
        ProgressLine bar = new ProgressLine(terminal.shell(), "converting", 1)) {
      Conversion conversion = Conversion.of(model, WeightType.F16);
      Path empty = Files.createDirectory(folder.resolve("empty"));
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> conversion.write(empty.resolve("a.gguf"), bar::atUnlessStopped))
          .isInstanceOfSatisfying(
              CommandException.class,
              e -> assertThat(e.exitCode()).isEqualTo(ExitCodes.INTERRUPTED))
          .hasMessage("stopped");
      assertThatThrownBy(() -> ModelCheck.findings(model, bar::atUnlessStopped))
          .hasMessage("stopped");
      assertThat(Thread.interrupted()).isTrue();
      assertThat(empty).isEmptyDirectory();
    }
  }

  @Test
  void theLicenceOfAFolderIsShown() throws Exception {
    Path model = TinyModel.folder(folder);
    Files.writeString(model.resolve("README.md"), "---\nlicense: mit\n---\nA model.\n");
    assertThat(terminal.run("models", "list", folder.toString(), "--json")).isEqualTo(ExitCodes.OK);
    assertThat(terminal.json().getFirst().get("licence").asText()).isEqualTo("mit");
  }

  @Test
  void saysWhatIsWrongWithAModel() throws Exception {
    Path file = TinyModel.file(folder);
    byte[] bytes = Files.readAllBytes(file);
    Arrays.fill(bytes, bytes.length - 4, bytes.length, (byte) 0xff);
    Path broken = Files.write(folder.resolve("nan.gguf"), bytes);
    assertThat(terminal.run("models", "verify", broken.toString())).isEqualTo(ExitCodes.DATA);
    assertThat(terminal.out()).contains("expected: finite", "1 finding");
    Files.write(broken, Arrays.copyOf(bytes, bytes.length / 2));
    Terminal cut = new Terminal();
    assertThat(cut.run("models", "verify", broken.toString())).isEqualTo(ExitCodes.DATA);
    assertThat(cut.err()).contains("expected: within");
  }

  @Test
  void whatIsNotThereIsNamedInOneLine() {
    terminal.with("MYELIN_MODELS", folder.toString());
    assertThat(terminal.run("models", "show", "nobody")).isEqualTo(ExitCodes.NO_INPUT);
    assertThat(terminal.err()).contains("nobody", "MYELIN_MODELS").hasLineCount(1);
    assertThat(new Terminal().run("models", "paint")).isEqualTo(ExitCodes.USAGE);
    assertThat(new Terminal().run("models")).isEqualTo(ExitCodes.USAGE);
  }
}
