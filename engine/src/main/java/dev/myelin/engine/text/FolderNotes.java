package dev.myelin.engine.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// What stands beside a `tokenizer.json`: which tokens begin and end, and the template for chats.
final class FolderNotes implements RecipeFromJson.Beside {
  private static final String TEMPLATE = "chat_template.jinja";

  private final JsonNode tokenizer;
  private final List<JsonNode> configs;
  private final Optional<String> template;

  private FolderNotes(JsonNode tokenizer, List<JsonNode> configs, Optional<String> template) {
    this.tokenizer = tokenizer;
    this.configs = configs;
    this.template = template;
  }

  static FolderNotes read(Path folder) throws IOException {
    JsonNode tokenizer = tree(folder.resolve("tokenizer_config.json"));
    JsonNode config = tree(folder.resolve("config.json"));
    List<JsonNode> configs =
        List.of(tree(folder.resolve("generation_config.json")), config, config.path("text_config"));
    return new FolderNotes(tokenizer, configs, template(folder, tokenizer));
  }

  /// Returns the source of the template, the one called `default` if there are several.
  Optional<String> template() {
    return template;
  }

  @Override
  public Recipe.Around around(Recipe.Around found, RecipeFromJson.Numbers numbers) {
    String first = name("bos_token");
    String last = name("eos_token");
    return new Recipe.Around(
        asked("add_bos_token", found.before(), numbers.of(first)),
        asked("add_eos_token", found.after(), numbers.of(last)),
        first,
        last);
  }

  @Override
  public List<Integer> ends(
      List<Recipe.Control> controls, int tokens, RecipeFromJson.Numbers numbers) {
    Set<Integer> found = new TreeSet<>();
    List<JsonNode> nodes = new ArrayList<>();
    for (JsonNode config : configs) {
      JsonNode node = config.path("eos_token_id");
      if (node.isArray()) {
        node.forEach(nodes::add);
      } else {
        nodes.add(node);
      }
    }
    for (JsonNode each : nodes) {
      if (each.isInt() && each.asInt() >= 0 && each.asInt() < tokens) {
        found.add(each.asInt());
      }
    }
    int last = numbers.of(name("eos_token"));
    if (last >= 0) {
      found.add(last);
    }
    return Ends.with(found, controls);
  }

  private List<Integer> asked(String key, List<Integer> found, int token) {
    JsonNode asked = tokenizer.path(key);
    if (!asked.isBoolean() || asked.asBoolean() == !found.isEmpty()) {
      return found;
    }
    return asked.asBoolean() && token >= 0 ? List.of(token) : List.of();
  }

  private String name(String key) {
    JsonNode node = tokenizer.path(key);
    return node.isObject() ? node.path("content").asText() : node.asText("");
  }

  private static Optional<String> template(Path folder, JsonNode tokenizer) throws IOException {
    Path file = folder.resolve(TEMPLATE);
    if (Files.isRegularFile(file)) {
      return Optional.of(TokenizerJson.text(file));
    }
    JsonNode node = tokenizer.path("chat_template");
    for (JsonNode each : node.isArray() ? node : JsonNodeFactory.instance.arrayNode()) {
      if (each.path("name").asText().equals("default")) {
        return Optional.of(each.path("template").asText());
      }
    }
    return node.isTextual() ? Optional.of(node.asText()) : Optional.empty();
  }

  private static JsonNode tree(Path file) throws IOException {
    return Files.isRegularFile(file)
        ? TokenizerJson.tree(file)
        : JsonNodeFactory.instance.objectNode();
  }
}
