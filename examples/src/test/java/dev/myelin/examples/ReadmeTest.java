package dev.myelin.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What stands in the documents as Java must stand in an example, line by line, so that it compiles
/// and runs.
class ReadmeTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Path EXAMPLES = Path.of("src/main/java/dev/myelin/examples");

  @Test
  void everyBlockOfJavaInTheReadmeStandsInAnExample() throws IOException {
    List<String> blocks = blocks(ROOT.resolve("README.md"));
    assertThat(blocks).hasSizeGreaterThanOrEqualTo(2);
    assertThat(blocks).allSatisfy(block -> assertThat(examples()).anyMatch(e -> e.contains(block)));
  }

  @Test
  void everyBlockOfJavaInTheTutorialStandsInAnExample() throws IOException {
    List<String> blocks = blocks(ROOT.resolve("docs/tutorial/first-tensor.md"));
    assertThat(blocks).isNotEmpty();
    assertThat(blocks).allSatisfy(block -> assertThat(examples()).anyMatch(e -> e.contains(block)));
  }

  @Test
  void theReadmeIsShort() throws IOException {
    assertThat(Files.readAllLines(ROOT.resolve("README.md"))).hasSizeLessThanOrEqualTo(200);
  }

  @Test
  void noLinkBetweenDocumentsIsBroken() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Path page : pages()) {
      for (String link : links(Files.readString(page))) {
        if (!Files.exists(page.resolveSibling(link))) {
          broken.add(ROOT.relativize(page) + " -> " + link);
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  @Test
  void everyTestThatADocumentNamesExists() throws IOException {
    List<String> missing = new ArrayList<>();
    List<String> tests = tests();
    for (String page : List.of("README.md", "SECURITY.md")) {
      for (String word : Files.readString(ROOT.resolve(page)).split("`", -1)) {
        if (word.matches("[A-Z]\\w+(Test|IT)") && !tests.contains(word)) {
          missing.add(page + " names " + word);
        }
      }
    }
    assertThat(missing).isEmpty();
  }

  private static List<String> tests() throws IOException {
    List<String> names = new ArrayList<>();
    for (String module :
        List.of("tensor", "testkit", "wire", "net", "engine", "cli", "it", "examples")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/test/java"))) {
        files.map(f -> f.getFileName().toString().replace(".java", "")).forEach(names::add);
      }
    }
    return names;
  }

  private static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    try (Stream<Path> top = Files.list(ROOT);
        Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      Stream.concat(top, docs).filter(p -> p.toString().endsWith(".md")).forEach(pages::add);
    }
    return pages;
  }

  private static List<String> links(String markdown) {
    List<String> links = new ArrayList<>();
    for (int at = markdown.indexOf("]("); at >= 0; at = markdown.indexOf("](", at + 1)) {
      String target = markdown.substring(at + 2, markdown.indexOf(')', at));
      String file = target.split("#", 2)[0];
      if (!file.isEmpty() && !file.contains("://")) {
        links.add(file);
      }
    }
    return links;
  }

  private static List<String> blocks(Path markdown) throws IOException {
    List<String> blocks = new ArrayList<>();
    StringBuilder block = null;
    for (String line : Files.readAllLines(markdown)) {
      if (line.startsWith("```")) {
        if (block != null) {
          blocks.add(plain(block.toString()));
        }
        block = block == null && line.equals("```java") ? new StringBuilder() : null;
      } else if (block != null) {
        block.append(line).append('\n');
      }
    }
    return blocks;
  }

  private static List<String> examples() {
    try (Stream<Path> files = Files.list(EXAMPLES)) {
      List<String> sources = new ArrayList<>();
      for (Path file : files.toList()) {
        sources.add(plain(Files.readString(file)));
      }
      return sources;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /// Returns the lines without their indentation and without empty ones.
  private static String plain(String text) {
    return text.lines()
        .map(String::strip)
        .filter(l -> !l.isEmpty())
        .collect(Collectors.joining("\n"));
  }
}
