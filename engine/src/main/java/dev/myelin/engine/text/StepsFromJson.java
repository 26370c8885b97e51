package dev.myelin.engine.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.myelin.engine.model.ModelFileException;
import dev.myelin.engine.model.ModelFileException.Rule;
import dev.myelin.engine.vocabulary.Cuts;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Reads what is done to a text, step by step; a step that is not known is refused.
final class StepsFromJson {
  private static final int SHORT = 64;
  private static final Set<String> BEHAVIORS =
      Set.of("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous");

  private final Refusal refusal;
  private final JsonNode top;
  private boolean byteLevel;
  private boolean spaceFirst;

  StepsFromJson(Refusal refusal, JsonNode top) {
    this.refusal = refusal;
    this.top = top;
  }

  Recipe.Steps steps() throws ModelFileException {
    List<Map<String, Object>> normalizers = new ArrayList<>();
    for (JsonNode each : flat(top.path("normalizer"), "normalizers")) {
      normalizers.add(normalizer(each));
    }
    List<Map<String, Object>> cuts = new ArrayList<>();
    for (JsonNode each : flat(top.path("pre_tokenizer"), "pretokenizers")) {
      cuts.add(cut(each));
    }
    for (JsonNode each : flat(top.path("decoder"), "decoders")) {
      decoder(each);
    }
    Spelling spelling = byteLevel ? Spelling.BYTE_LEVEL : Spelling.SENTENCE_PIECES;
    return new Recipe.Steps(normalizers, cuts, spelling, spaceFirst && !byteLevel);
  }

  private List<JsonNode> flat(JsonNode node, String members) throws ModelFileException {
    if (node.isMissingNode() || node.isNull()) {
      return List.of();
    }
    List<JsonNode> found = new ArrayList<>();
    if (type(node).equals("Sequence")) {
      node.path(members).forEach(found::add);
    } else {
      found.add(node);
    }
    refusal.unless(
        found.size() <= TokenLimits.STEPS,
        Rule.LENGTH,
        "steps",
        found.size(),
        "<= " + TokenLimits.STEPS);
    return found;
  }

  private Map<String, Object> normalizer(JsonNode node) throws ModelFileException {
    String type = type(node);
    return switch (type) {
      case "NFC", "NFD", "NFKC", "NFKD", "Lowercase" -> Map.of("type", type);
      case "Prepend" -> Map.of("type", type, "prepend", text(node.path("prepend"), "prepend"));
      case "Replace" -> replacement(node);
      default -> throw refusal.because(Rule.UNSUPPORTED, "normalizer", type, "a known one");
    };
  }

  /// What makes a text longer, again and again, would make it too long for the native library,
  /// which ends the process then.
  private Map<String, Object> replacement(JsonNode node) throws ModelFileException {
    String pattern = text(node.path("pattern").path("String"), "pattern");
    String content = text(node.path("content"), "content");
    refusal.unless(
        content.length() <= pattern.length(),
        Rule.LENGTH,
        "content of Replace",
        content.length(),
        "<= the " + pattern.length() + " of its pattern");
    return Map.of("type", "Replace", "pattern", Map.of("String", pattern), "content", content);
  }

  private Map<String, Object> cut(JsonNode node) throws ModelFileException {
    String type = type(node);
    return switch (type) {
      case "ByteLevel" -> {
        byteLevel = true;
        Set<Cuts.Besides> besides = EnumSet.noneOf(Cuts.Besides.class);
        if (node.path("add_prefix_space").asBoolean(true)) {
          besides.add(Cuts.Besides.SPACE_FIRST);
        }
        if (node.path("use_regex").asBoolean(true)) {
          besides.add(Cuts.Besides.CUT);
        }
        yield Cuts.byteLevel(besides);
      }
      case "Split" ->
          Map.of(
              "type", type,
              "pattern", pattern(node.path("pattern")),
              "behavior", behavior(node),
              "invert", node.path("invert").asBoolean());
      case "Digits" ->
          Map.of("type", type, "individual_digits", node.path("individual_digits").asBoolean());
      case "Punctuation" -> Map.of("type", type, "behavior", behavior(node));
      case "Whitespace", "WhitespaceSplit" -> Map.of("type", type);
      case "Metaspace" -> metaspace(node);
      default -> throw refusal.because(Rule.UNSUPPORTED, "pre_tokenizer", type, "a known one");
    };
  }

  private Map<String, Object> pattern(JsonNode node) throws ModelFileException {
    if (node.has("String")) {
      return Map.of("String", text(node.path("String"), "pattern"));
    }
    String regex = node.path("Regex").asText();
    refusal.unless(
        Cuts.isKnown(regex), Rule.UNSUPPORTED, "pattern", regex, "that of a known family");
    return Map.of("Regex", regex);
  }

  private String behavior(JsonNode node) throws ModelFileException {
    String behavior = node.path("behavior").asText("Isolated");
    refusal.unless(
        BEHAVIORS.contains(behavior), Rule.SYNTAX, "behavior", behavior, "one of " + BEHAVIORS);
    return behavior;
  }

  private Map<String, Object> metaspace(JsonNode node) throws ModelFileException {
    String replacement = node.path("replacement").asText();
    refusal.unless(
        replacement.equals(String.valueOf(Spelling.SPACE)),
        Rule.UNSUPPORTED,
        "replacement",
        replacement,
        "▁");
    return metaspace(scheme(node), node.path("split").asBoolean(true));
  }

  /// Returns the step that writes spaces as `▁`, one more before the text if the scheme says so.
  static Map<String, Object> metaspace(String scheme, boolean split) {
    return Map.of(
        "type",
        "Metaspace",
        "replacement",
        String.valueOf(Spelling.SPACE),
        "prepend_scheme",
        scheme,
        "split",
        split);
  }

  private String scheme(JsonNode node) throws ModelFileException {
    String usual = node.path("add_prefix_space").asBoolean(true) ? "always" : "never";
    String scheme = node.path("prepend_scheme").asText(usual);
    refusal.unless(
        Set.of("always", "first", "never").contains(scheme),
        Rule.SYNTAX,
        "prepend_scheme",
        scheme,
        "always, first or never");
    return scheme;
  }

  private void decoder(JsonNode node) throws ModelFileException {
    String type = type(node);
    switch (type) {
      case "ByteLevel" -> byteLevel = true;
      case "Metaspace" -> spaceFirst |= !scheme(node).equals("never");
      case "Strip" -> spaceFirst |= node.path("start").asInt() > 0;
      case "Replace", "ByteFallback", "Fuse" -> {
        // Sentence pieces are read so in any case.
      }
      default -> throw refusal.because(Rule.UNSUPPORTED, "decoder", type, "a known one");
    }
  }

  private String text(JsonNode node, String what) throws ModelFileException {
    String text = node.asText();
    refusal.unless(
        node.isTextual() && !text.isEmpty() && text.length() <= SHORT && WellFormed.is(text),
        Rule.SYNTAX,
        what,
        text,
        "1.." + SHORT + " characters");
    return text;
  }

  private static String type(JsonNode node) {
    return node.path("type").asText();
  }
}
