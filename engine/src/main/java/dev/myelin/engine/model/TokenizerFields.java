package dev.myelin.engine.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The vocabulary beside safetensors, as the metadata of a GGUF file.
///
/// Merges over bytes and merges over characters with bytes to fall back to have a form there; a
/// vocabulary of another kind is left out.
final class TokenizerFields {
  private static final int NORMAL = 1;
  private static final int UNKNOWN = 2;
  private static final int CONTROL = 3;
  private static final int DEFINED = 4;
  private static final int UNUSED = 5;
  private static final int OCTET = 6;
  private static final String PREFIX = "tokenizer.ggml.";
  // How a text is cut before merging, by a piece of the pattern, and GGUF's name for it; the more
  // particular first.
  private static final String[][] CUTS = {
    {"\\p{N}{1,3}", "llama-bpe"}, {"\\p{N}| ?[^\\s\\p{L}\\p{N}]+", "qwen2"}
  };

  private final GgufFields fields;
  private final JsonNode tokenizer;
  private final JsonNode settings;
  private final JsonNode config;
  private final String[] texts;
  private final int[] types;

  private TokenizerFields(Path folder, int vocabulary, GgufFields fields) throws IOException {
    this.fields = fields;
    this.tokenizer = json(folder.resolve("tokenizer.json"));
    this.settings = json(folder.resolve("tokenizer_config.json"));
    this.config = json(folder.resolve(SafetensorsFolder.CONFIG));
    this.texts = new String[vocabulary];
    this.types = new int[vocabulary];
  }

  /// Adds what the files of a folder say; nothing if there are none.
  static void add(Path folder, int vocabulary, GgufFields fields) throws IOException {
    TokenizerFields made = new TokenizerFields(folder, vocabulary, fields);
    if (made.tokenizer.path("model").path("merges").isArray()) {
      made.addVocabulary();
      made.addEnds();
    }
    made.addTemplate(folder.resolve("chat_template.jinja"));
  }

  private static JsonNode json(Path file) throws IOException {
    return Files.isRegularFile(file) ? SafetensorsFolder.json(file) : MissingNode.getInstance();
  }

  private void addVocabulary() {
    boolean octets = tokenizer.path("decoder").toString().contains("\"ByteLevel\"");
    Arrays.fill(types, UNUSED);
    for (int i = 0; i < texts.length; i++) {
      texts[i] = "[PAD" + i + "]";
    }
    for (Map.Entry<String, JsonNode> each : tokenizer.path("model").path("vocab").properties()) {
      String text = each.getKey();
      put(each.getValue().asInt(-1), text, !octets && isOctet(text) ? OCTET : NORMAL);
    }
    for (JsonNode each : tokenizer.path("added_tokens")) {
      int type = each.path("special").asBoolean() ? CONTROL : DEFINED;
      put(each.path("id").asInt(-1), each.path("content").asText(), type);
    }
    List<String[]> merges = merges();
    fields.text(PREFIX + "model", octets ? "gpt2" : "llama");
    if (octets) {
      fields.text(PREFIX + "pre", cut());
    }
    fields.texts(PREFIX + "tokens", List.of(texts));
    if (!octets) {
      fields.numbers(PREFIX + "scores", scores(merges));
      unknown();
    }
    fields.wholes(PREFIX + "token_type", types);
    if (octets) {
      fields.texts(PREFIX + "merges", merges.stream().map(m -> m[0] + " " + m[1]).toList());
    }
  }

  private void put(int id, String text, int type) {
    if (id >= 0 && id < texts.length) {
      texts[id] = text;
      types[id] = type;
    }
  }

  private void unknown() {
    int id = Arrays.asList(texts).indexOf(tokenizer.path("model").path("unk_token").asText());
    if (id >= 0) {
      types[id] = UNKNOWN;
      fields.whole(PREFIX + "unknown_token_id", id);
    }
  }

  private static boolean isOctet(String text) {
    return text.matches("<0x[0-9A-Fa-f]{2}>");
  }

  private List<String[]> merges() {
    List<String[]> merges = new ArrayList<>();
    for (JsonNode each : tokenizer.path("model").path("merges")) {
      String[] parts =
          each.isArray()
              ? new String[] {each.path(0).asText(), each.path(1).asText()}
              : each.asText().split(" ", 2);
      if (parts.length == 2) {
        merges.add(parts);
      }
    }
    return merges;
  }

  private String cut() {
    String before = tokenizer.path("pre_tokenizer").toString().replace("\\\\", "\\");
    for (String[] each : CUTS) {
      if (before.contains(each[0])) {
        return each[1];
      }
    }
    return before.contains("\"Split\"") ? "default" : "gpt-2";
  }

  // What is merged earlier counts more; what no merge makes stands on its own anyway.
  private float[] scores(List<String[]> merges) {
    Map<String, Integer> ranks = new HashMap<>();
    for (int i = 0; i < merges.size(); i++) {
      ranks.putIfAbsent(merges.get(i)[0] + merges.get(i)[1], i);
    }
    float[] scores = new float[texts.length];
    for (int i = 0; i < scores.length; i++) {
      int otherwise = types[i] == NORMAL ? merges.size() : 0;
      scores[i] = -ranks.getOrDefault(texts[i], otherwise);
    }
    return scores;
  }

  private void addEnds() {
    end("bos");
    end("eos");
    end("pad");
    JsonNode single = tokenizer.path("post_processor");
    JsonNode steps = single.path("processors");
    for (JsonNode each : steps) {
      single = each.has("single") ? each : single;
    }
    boolean first = single.path("single").path(0).has("SpecialToken");
    fields.truth(PREFIX + "add_bos_token", settings.path("add_bos_token").asBoolean(first));
    fields.truth(PREFIX + "add_eos_token", settings.path("add_eos_token").asBoolean(false));
  }

  private void end(String which) {
    JsonNode named = settings.path(which + "_token");
    String text = named.path("content").asText(named.asText(""));
    int id = text.isEmpty() ? -1 : Arrays.asList(texts).indexOf(text);
    JsonNode number = config.path(which + "_token_id");
    int found = id >= 0 ? id : (number.isArray() ? number.path(0) : number).asInt(-1);
    if (found >= 0 && found < texts.length) {
      fields.whole(PREFIX + (which.equals("pad") ? "padding" : which) + "_token_id", found);
    }
  }

  private void addTemplate(Path file) throws IOException {
    JsonNode named = settings.path("chat_template");
    for (JsonNode each : named) {
      named = each.path("name").asText().equals("default") ? each.path("template") : named;
    }
    if (named.isTextual()) {
      fields.text("tokenizer.chat_template", named.asText());
    } else if (Files.isRegularFile(file) && Files.size(file) <= 1 << 20) {
      fields.text("tokenizer.chat_template", Files.readString(file));
    }
  }
}
