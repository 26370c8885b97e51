package dev.myelin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// Holds the pages made from the code to the code; `-Ddocs.update` writes them anew.
final class ReferencePagesTest {
  private static final Path PAGES = Path.of("..", "docs", "reference");

  @Test
  void thePageOfCommandsIsTheOneInTheCode() throws IOException {
    compare("cli.md", ReferencePages.commands());
  }

  @Test
  void thePageOfSettingsIsTheOneInTheCode() throws IOException {
    compare("config.md", ReferencePages.settings());
  }

  @Test
  void thePageOfErrorsEndsWithEveryExitCode() throws IOException {
    String page = Files.readString(PAGES.resolve("errors.md"));
    int table = page.indexOf("| code |");
    String words = table < 0 ? page : page.substring(0, table);
    compare("errors.md", words + ReferencePages.exitCodes());
  }

  private static void compare(String name, String expected) throws IOException {
    Path page = PAGES.resolve(name);
    if (System.getProperty("docs.update") != null) {
      Files.createDirectories(PAGES);
      Files.writeString(page, expected);
    }
    assertThat(page).as("made from the code; run with -Ddocs.update").hasContent(expected);
  }
}
