package dev.myelin.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ModelShelfTest {
  private static final String LONG = "long".repeat(60);

  @TempDir private Path folder;

  @Test
  void passesOverWhatCannotBeRead() throws IOException {
    // Not even an administrator reads a path of more than 4096 bytes, or 1024 elsewhere.
    int length = System.getProperty("os.name").equals("Linux") ? 3_490 : 420;
    Path shelf = folder;
    for (int left = 1; left > 0; left = length - shelf.toString().length() - 1) {
      shelf = Files.createDirectories(shelf.resolve(LONG.substring(0, Math.min(left, 240))));
    }
    Path model = Files.createFile(shelf.resolve("a.gguf"));
    Path brief = Files.createDirectory(shelf.resolve("b"));
    Files.createDirectories(brief.resolve(LONG).resolve(LONG).resolve("c.gguf"));
    Path unreadable = Files.move(brief, shelf.resolve(LONG));
    Path last = Files.createFile(shelf.resolve("z.gguf"));
    assertThat(ModelShelf.of(List.of(shelf)).models()).containsExactly(model, last);
    Files.move(unreadable, brief);
  }

  @Test
  void looksThroughLinks() throws IOException {
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Files.createFile(elsewhere.resolve("a.gguf"));
    Path link = Files.createSymbolicLink(folder.resolve("models"), elsewhere);
    Files.createSymbolicLink(elsewhere.resolve("loop"), folder);
    assertThat(ModelShelf.of(List.of(link)).models()).contains(link.resolve("a.gguf"));
  }

  @Test
  void aFolderWithoutModelsHidesNoName() throws IOException {
    Path model = Files.createFile(folder.resolve("tale.gguf"));
    ModelShelf shelf = ModelShelf.of(List.of(folder));
    // Tests run in the folder of their module.
    assertThat(Path.of("src")).isDirectory();
    assertThatThrownBy(() -> shelf.find("src")).hasMessageContaining("a folder with 0 models");
    Path named = Files.createFile(folder.resolve("src.gguf"));
    assertThat(shelf.find("src")).isEqualTo(named);
    assertThat(shelf.find("pom.xml")).isEqualTo(Path.of("pom.xml"));
    assertThat(shelf.find("tale")).isEqualTo(model);
  }

  @Test
  void aFolderWithSeveralModelsSaysWhich() throws IOException {
    Path one = Files.createFile(folder.resolve("a.gguf"));
    Path other = Files.createFile(folder.resolve("b.gguf"));
    ModelShelf empty = ModelShelf.of(List.of());
    assertThatThrownBy(() -> empty.find(folder.toString()))
        .hasMessageContaining("a folder with 2 models (" + one + ", " + other + ")");
    Files.delete(other);
    assertThat(empty.find(folder.toString())).isEqualTo(one);
  }

  @Test
  void aFileThatBeginsAsAModelNeedsNoEnding() throws IOException {
    Path file = Files.writeString(folder.resolve("blob"), "GGUF and more");
    assertThat(ModelShelf.of(List.of()).find(file.toString())).isEqualTo(file);
  }

  @Test
  void noNameIsMisuse() {
    ModelShelf shelf = ModelShelf.of(List.of(folder));
    assertThatThrownBy(() -> shelf.find(" "))
        .isInstanceOfSatisfying(
            CommandException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCodes.USAGE));
  }
}
