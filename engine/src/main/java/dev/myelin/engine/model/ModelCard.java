package dev.myelin.engine.model;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The page beside safetensors, `README.md`, that says in its head whose the model is.
final class ModelCard {
  private static final String NAME = "README.md";
  private static final int LARGEST = 1 << 20;
  private static final Pattern HEAD = Pattern.compile("\\A---\\R(?s:(.*?))^---", Pattern.MULTILINE);
  private static final Pattern LICENCE =
      Pattern.compile("^license:[ \\t]*([\"']?)([^\\s#\"']{1,100})\\1", Pattern.MULTILINE);

  private ModelCard() {}

  /// Returns the licence that the page of that folder names; empty if there is none to be read.
  static Optional<String> licence(Path folder) throws IOException {
    Path card = folder.resolve(NAME);
    if (!Files.isRegularFile(card) || !Files.isReadable(card) || Files.size(card) > LARGEST) {
      return Optional.empty();
    }
    Matcher head = HEAD.matcher(new String(Files.readAllBytes(card), StandardCharsets.UTF_8));
    if (!head.find()) {
      return Optional.empty();
    }
    Matcher found = LICENCE.matcher(head.group(1));
    return found.find() ? Optional.of(found.group(2)) : Optional.empty();
  }
}
