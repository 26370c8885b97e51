package dev.myelin.engine.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Writes a recipe as the document that the native library reads.
final class RecipeWriter {
  private static final JsonFactory JSON = new JsonFactory();

  private final JsonGenerator out;

  private RecipeWriter(JsonGenerator out) {
    this.out = out;
  }

  static String document(Recipe recipe) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = JSON.createGenerator(text)) {
      new RecipeWriter(out).write(recipe);
    }
    return text.toString();
  }

  /// Returns a recipe for what does not stand at the beginning of a text: nothing is put before it.
  static Recipe later(Recipe recipe) {
    Recipe.Steps steps = recipe.steps();
    List<Map<String, Object>> cuts =
        steps.cuts().stream()
            .map(each -> "first".equals(each.get("prepend_scheme")) ? without(each) : each)
            .toList();
    return new Recipe(
        recipe.tokens(),
        new Recipe.Steps(steps.normalizers(), cuts, steps.spelling(), steps.dropsFirstSpace()),
        recipe.pieces(),
        recipe.controls(),
        recipe.around(),
        recipe.ends());
  }

  private static Map<String, Object> without(Map<String, Object> step) {
    Map<String, Object> copy = new HashMap<>(step);
    copy.put("prepend_scheme", "never");
    return copy;
  }

  private void write(Recipe recipe) throws IOException {
    out.writeStartObject();
    out.writeStringField("version", "1.0");
    out.writeNullField("truncation");
    out.writeNullField("padding");
    words(recipe.pieces());
    out.writeFieldName("normalizer");
    sequence("normalizers", recipe.steps().normalizers());
    out.writeFieldName("pre_tokenizer");
    sequence("pretokenizers", recipe.steps().cuts());
    out.writeNullField("post_processor");
    out.writeNullField("decoder");
    model(recipe.pieces());
    out.writeEndObject();
  }

  private void words(Recipe.Pieces pieces) throws IOException {
    out.writeArrayFieldStart("added_tokens");
    for (Recipe.Word each : pieces.words()) {
      out.writeStartObject();
      out.writeNumberField("id", pieces.vocabulary().getOrDefault(each.text(), 0));
      out.writeStringField("content", each.text());
      out.writeBooleanField("single_word", each.trim().alone());
      out.writeBooleanField("lstrip", each.trim().left());
      out.writeBooleanField("rstrip", each.trim().right());
      out.writeBooleanField("normalized", each.normalized());
      out.writeBooleanField("special", false);
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  private void sequence(String members, List<Map<String, Object>> steps) throws IOException {
    if (steps.isEmpty()) {
      out.writeNull();
      return;
    }
    out.writeStartObject();
    out.writeStringField("type", "Sequence");
    out.writeArrayFieldStart(members);
    for (Map<String, Object> each : steps) {
      step(each);
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  private void step(Map<?, ?> step) throws IOException {
    out.writeStartObject();
    for (Map.Entry<?, ?> each : step.entrySet()) {
      out.writeFieldName(String.valueOf(each.getKey()));
      switch (each.getValue()) {
        case Map<?, ?> inner -> step(inner);
        case Boolean truth -> out.writeBoolean(truth);
        default -> out.writeString(String.valueOf(each.getValue()));
      }
    }
    out.writeEndObject();
  }

  private void model(Recipe.Pieces pieces) throws IOException {
    Recipe.Unknown unknown = pieces.unknown();
    out.writeObjectFieldStart("model");
    out.writeStringField("type", "BPE");
    out.writeStringField("unk_token", unknown.name().isEmpty() ? null : unknown.name());
    out.writeBooleanField("fuse_unk", unknown.fused());
    out.writeBooleanField("byte_fallback", unknown.bytes());
    out.writeBooleanField("ignore_merges", unknown.wholeWords());
    out.writeObjectFieldStart("vocab");
    for (Map.Entry<String, Integer> each : pieces.vocabulary().entrySet()) {
      out.writeNumberField(each.getKey(), each.getValue());
    }
    out.writeEndObject();
    out.writeArrayFieldStart("merges");
    for (Recipe.Merge each : pieces.merges()) {
      out.writeStartArray();
      out.writeString(each.left());
      out.writeString(each.right());
      out.writeEndArray();
    }
    out.writeEndArray();
    out.writeEndObject();
  }
}
