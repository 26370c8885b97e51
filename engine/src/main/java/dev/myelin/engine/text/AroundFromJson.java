package dev.myelin.engine.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.myelin.engine.model.ModelFileException;
import dev.myelin.engine.model.ModelFileException.Rule;
import java.util.ArrayList;
import java.util.List;

/// Reads from a `post_processor` which tokens stand before and after a text.
final class AroundFromJson {
  private static final int MOST = 16;

  private final Refusal refusal;
  private final JsonNode top;
  private final int tokens;
  private final List<Integer> before = new ArrayList<>();
  private final List<Integer> after = new ArrayList<>();

  AroundFromJson(Refusal refusal, JsonNode top, int tokens) {
    this.refusal = refusal;
    this.top = top;
    this.tokens = tokens;
  }

  Recipe.Around around() throws ModelFileException {
    JsonNode node = top.path("post_processor");
    if (node.path("type").asText().equals("Sequence")) {
      for (JsonNode each : node.path("processors")) {
        read(each);
      }
    } else if (node.isObject()) {
      read(node);
    }
    return new Recipe.Around(List.copyOf(before), List.copyOf(after), "", "");
  }

  private void read(JsonNode node) throws ModelFileException {
    String type = node.path("type").asText();
    switch (type) {
      case "ByteLevel" -> {
        // Says where words stand in the text, which nobody asks here.
      }
      case "RobertaProcessing", "BertProcessing" -> {
        add(before, node.path("cls").path(1));
        add(after, node.path("sep").path(1));
      }
      case "TemplateProcessing" -> readTemplate(node);
      default -> throw refusal.because(Rule.UNSUPPORTED, "post_processor", type, "a known one");
    }
  }

  private void readTemplate(JsonNode node) throws ModelFileException {
    List<Integer> list = before;
    for (JsonNode each : node.path("single")) {
      if (each.has("Sequence")) {
        list = after;
      }
      String name = each.path("SpecialToken").path("id").asText();
      for (JsonNode id : node.path("special_tokens").path(name).path("ids")) {
        add(list, id);
      }
    }
  }

  private void add(List<Integer> list, JsonNode id) throws ModelFileException {
    refusal.unless(
        id.isInt() && id.asInt() >= 0 && id.asInt() < tokens && list.size() < MOST,
        Rule.LENGTH,
        "token of post_processor",
        id.asText(),
        ">= 0 and < " + tokens);
    list.add(id.asInt());
  }
}
