package dev.myelin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class KeygenCommandTest {
  private final Terminal terminal = new Terminal();

  @TempDir Path folder;

  @Test
  void printsTwoHundredAndFiftySixRandomBits() {
    assertThat(terminal.run("keygen")).isEqualTo(ExitCodes.OK);
    assertThat(Base64.getUrlDecoder().decode(terminal.out().strip())).hasSize(32);
    Terminal second = new Terminal();
    second.run("keygen");
    assertThat(second.out()).isNotEqualTo(terminal.out());
  }

  @Test
  void printsHexWhenAsked() {
    terminal.run("keygen", "--format", "hex");
    assertThat(terminal.out().strip()).matches("[0-9a-f]{64}");
  }

  @Test
  void writesAFileThatOnlyItsOwnerMayRead() throws IOException {
    Path file = folder.resolve("key.txt");
    assertThat(terminal.run("keygen", "--out", file.toString())).isEqualTo(ExitCodes.OK);
    assertThat(Files.readString(file).strip()).hasSize(43);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(terminal.out())
        .contains("--key-file")
        .doesNotContain(Files.readString(file).strip());
  }

  @Test
  void neverOverwritesAKey() throws IOException {
    Path file = Files.writeString(folder.resolve("key.txt"), "precious");
    assertThat(terminal.run("keygen", "--out", file.toString())).isEqualTo(ExitCodes.CANNOT_CREATE);
    assertThat(Files.readString(file)).isEqualTo("precious");
    assertThat(terminal.err()).contains(file.toString(), "exists already").hasLineCount(1);
  }
}
