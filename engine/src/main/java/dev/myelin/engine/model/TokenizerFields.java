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
  private static final long LARGEST_TEMPLATE = 4 << 20;

  private final Path folder;
  private final GgufFields fields;
  private final JsonNode tokenizer;
  private final JsonNode settings;
  private final JsonNode config;
  private final String[] texts;
  private final int[] types;

  private TokenizerFields(Path folder, int vocabulary, GgufFields fields) throws IOException {
    this.folder = folder;
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
      made.addTrims();
      made.addEnds();
    }
    made.addTemplate();
  }

  private static JsonNode json(Path file) throws IOException {
    return Files.isRegularFile(file) ? SafetensorsFolder.json(file) : MissingNode.getInstance();
  }

  private void addVocabulary() throws ModelFileException {
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
      put(numberOf(each), each.path("content").asText(), type);
    }
    List<String[]> merges = merges();
    TextSteps steps = new TextSteps(folder.resolve("tokenizer.json"), tokenizer);
    fields.text(PREFIX + "model", octets ? "gpt2" : "llama");
    if (octets) {
      fields.text(PREFIX + "pre", steps.cut());
    }
    fields.texts(PREFIX + "tokens", List.of(texts));
    if (!octets) {
      steps.checkSentencePieces();
      addSpaces();
      fields.numbers(PREFIX + "scores", scores(merges));
      unknown();
    }
    fields.wholes(PREFIX + "token_type", types);
    if (octets) {
      fields.texts(PREFIX + "merges", merges.stream().map(m -> m[0] + " " + m[1]).toList());
    }
  }

  // Where vocabulary and list disagree on a number, the vocabulary's counts, as in the folder.
  private int numberOf(JsonNode added) {
    JsonNode vocabulary = tokenizer.path("model").path("vocab");
    return vocabulary.path(added.path("content").asText()).asInt(added.path("id").asInt(-1));
  }

  /// What added tokens swallow or ask of their neighbourhood, in fields of our own: GGUF has none.
  private void addTrims() {
    for (String trait : List.of("lstrip", "rstrip", "single_word", "normalized")) {
      boolean ofWords = trait.equals("normalized");
      int[] found =
          tokenizer
              .path("added_tokens")
              .valueStream()
              .filter(each -> each.path(trait).asBoolean(ofWords))
              .filter(each -> !ofWords || !each.path("special").asBoolean())
              .mapToInt(this::numberOf)
              .filter(each -> each >= 0 && each < texts.length)
              .sorted()
              .distinct()
              .toArray();
      if (found.length > 0) {
        fields.wholes("myelin.added." + trait, found);
      }
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

  // Metaspace puts a space first where none is, and perhaps at the beginning of a prompt only. GGUF
  // knows only that one is put first; fields of our own say the rest.
  private void addSpaces() {
    JsonNode cutting = tokenizer.path("pre_tokenizer");
    boolean first = tokenizer.path("normalizer").toString().contains("\"Prepend\"");
    if (TextSteps.isMetaspace(cutting)) {
      String usual = cutting.path("add_prefix_space").asBoolean(true) ? "always" : "never";
      String scheme = cutting.path("prepend_scheme").asText(usual);
      first = !scheme.equals("never");
      fields.text("myelin.metaspace.prepend_scheme", scheme);
      fields.truth("myelin.metaspace.split", cutting.path("split").asBoolean(true));
    }
    fields.truth(PREFIX + "add_space_prefix", first);
  }

  // What is merged earlier counts more. Scores cannot say that no merge makes a piece: it counts
  // least, and may be made where the makers would leave its parts.
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
    JsonNode first = putFirst();
    end("bos", first.path("id").asText(""));
    end("eos", "");
    end("pad", "");
    boolean begins = settings.path("add_bos_token").asBoolean(first.isObject());
    fields.truth(PREFIX + "add_bos_token", begins);
    fields.truth(PREFIX + "add_eos_token", settings.path("add_eos_token").asBoolean(false));
  }

  /// Returns the token that is put before a text, if there is one.
  private JsonNode putFirst() {
    JsonNode single = tokenizer.path("post_processor");
    for (JsonNode each : single.path("processors")) {
      single = each.has("single") ? each : single;
    }
    return single.path("single").path(0).path("SpecialToken");
  }

  private void end(String which, String otherwise) {
    JsonNode named = settings.path(which + "_token");
    int id = number(named.path("content").asText(named.asText("")));
    JsonNode number = config.path(which + "_token_id");
    int found = id >= 0 ? id : (number.isArray() ? number.path(0) : number).asInt(-1);
    found = found >= 0 ? found : number(otherwise);
    if (found >= 0 && found < texts.length) {
      fields.whole(PREFIX + (which.equals("pad") ? "padding" : which) + "_token_id", found);
    }
  }

  private int number(String text) {
    return text.isEmpty() ? -1 : Arrays.asList(texts).indexOf(text);
  }

  // A file of its own counts more, as it does where the folder is run.
  private void addTemplate() throws IOException {
    Path file = folder.resolve("chat_template.jinja");
    JsonNode named = settings.path("chat_template");
    for (JsonNode each : named) {
      named = each.path("name").asText().equals("default") ? each.path("template") : named;
    }
    if (Files.isRegularFile(file)) {
      fields.text("tokenizer.chat_template", SafetensorsFolder.text(file, LARGEST_TEMPLATE));
    } else if (named.isTextual()) {
      fields.text("tokenizer.chat_template", named.asText());
    }
  }
}
