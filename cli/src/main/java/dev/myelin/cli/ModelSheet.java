package dev.myelin.cli;

import dev.myelin.engine.Dimensions;
import dev.myelin.engine.MemoryCost;
import dev.myelin.engine.Shard;
import dev.myelin.engine.model.Design;
import dev.myelin.engine.model.Model;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Everything that a model says of itself, and what a shard of it takes.
final class ModelSheet {
  private static final String TEMPLATE = "tokenizer.chat_template";

  private final Model model;
  private final ModelWords words;

  ModelSheet(Model model, ModelWords words) {
    this.model = model;
    this.words = words;
  }

  Map<String, Object> json() {
    Map<String, Object> sheet = words.json();
    MemoryCost cost = words.cost();
    Shard shard = words.spec().shard();
    sheet.put("shard", shard.firstLayer() + ":" + shard.endLayer());
    sheet.put("weight_memory", cost.weightBytes());
    sheet.put("scratch_memory", cost.scratchBytes());
    sheet.put("memory_per_token", cost.cacheBytesPerToken());
    sheet.put("weights", words.summaries());
    sheet.put("tokenizer", tokenizer());
    Map<String, Object> metadata = new LinkedHashMap<>();
    for (String key : model.metadata().keys()) {
      if (!key.equals(TEMPLATE)) {
        metadata.put(key, shown(key));
      }
    }
    sheet.put("metadata", metadata);
    model.metadata().text(TEMPLATE).ifPresent(text -> sheet.put("template", text));
    return sheet;
  }

  String text() {
    List<String> parts = new ArrayList<>();
    parts.add(Words.table(facts()));
    List<List<String>> types = new ArrayList<>();
    types.add(List.of("TYPE", "WEIGHTS", "NUMBERS", "BYTES"));
    for (Map<String, Object> each : words.summaries()) {
      types.add(
          List.of(
              String.valueOf(each.get("type")),
              String.valueOf(each.get("weights")),
              ModelWords.number(whole(each.get("parameters"))),
              Words.bytes(whole(each.get("bytes")))));
    }
    parts.add(Words.table(types));
    List<List<String>> rows = new ArrayList<>();
    for (String key : model.metadata().keys()) {
      if (!key.equals(TEMPLATE)) {
        rows.add(List.of(key, shown(key)));
      }
    }
    if (!rows.isEmpty()) {
      parts.add(Words.table(rows));
    }
    model.metadata().text(TEMPLATE).ifPresent(text -> parts.add("chat template:\n" + text));
    return String.join("\n\n", parts);
  }

  private List<List<String>> facts() {
    Dimensions dimensions = model.dimensions();
    Design.Widths widths = model.design().widths();
    Shard shard = words.spec().shard();
    MemoryCost cost = words.cost();
    String memory =
        Words.bytes(cost.totalBytes(1, words.tokens()))
            + (" for " + Words.count(words.tokens(), "token"))
            + (": weights " + Words.bytes(cost.weightBytes()))
            + (", scratch " + Words.bytes(cost.scratchBytes()))
            + (", each token " + Words.bytes(cost.cacheBytesPerToken()));
    return List.of(
        List.of("model", model.name() + " (" + model.path() + ")"),
        List.of("family", words.architecture()),
        List.of("licence", words.licence()),
        List.of("parameters", ModelWords.number(words.parameters())),
        List.of("format", words.format() + " " + words.types()),
        List.of("layers", shard.firstLayer() + ":" + shard.endLayer() + " of " + shard.layers()),
        List.of("context", Words.count(dimensions.context(), "token")),
        List.of(
            "widths",
            (dimensions.hidden() + ", feed-forward " + widths.feedForward())
                + (", heads " + widths.heads() + " of " + widths.head())
                + (", keys " + widths.keyHeads())),
        List.of("tokenizer", tokenizer()),
        List.of("memory", memory));
  }

  private String tokenizer() {
    String tokens = Words.count(model.dimensions().vocabulary(), "token");
    return model
        .metadata()
        .text("tokenizer.ggml.model")
        .map(
            kind ->
                model
                    .metadata()
                    .text("tokenizer.ggml.pre")
                    .map(pre -> kind + " (" + pre + "), " + tokens)
                    .orElse(kind + ", " + tokens))
        .orElse((words.format().equals("GGUF") ? "none in the file, " : "in its files, ") + tokens);
  }

  private String shown(String key) {
    String shown = model.metadata().shown(key);
    boolean quoted = shown.length() > 1 && shown.startsWith("'") && shown.endsWith("'");
    return quoted ? shown.substring(1, shown.length() - 1) : shown;
  }

  private static long whole(@org.jspecify.annotations.Nullable Object value) {
    return value instanceof Number number ? number.longValue() : 0;
  }
}
