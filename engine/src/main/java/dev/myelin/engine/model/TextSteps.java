package dev.myelin.engine.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.myelin.engine.vocabulary.Cuts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// What a `tokenizer.json` does to a text before pieces are merged, beside what GGUF can say of it.
///
/// GGUF has a name for all of it together, so whatever the name does not stand for is refused: the
/// same text would become other tokens.
final class TextSteps {
  private static final String SPACE = "▁";

  private final Path file;
  private final JsonNode tokenizer;

  TextSteps(Path file, JsonNode tokenizer) {
    this.file = file;
    this.tokenizer = tokenizer;
  }

  /// Returns what GGUF calls the way in which a vocabulary over bytes cuts texts.
  ///
  /// @throws ModelFileException if it has no name for it
  String cut() throws ModelFileException {
    JsonNode cutting = tokenizer.path("pre_tokenizer");
    List<String> names = Cuts.namesOf(patterns(flat(cutting, "pretokenizers")));
    if (names.isEmpty()) {
      throw refusal(
          "pre_tokenizer",
          cutting,
          "that of one of " + new TreeSet<>(Cuts.names()) + ", which GGUF has names for");
    }
    names = normalized(names);
    boolean whole = tokenizer.path("model").path("ignore_merges").asBoolean();
    for (String each : names) {
      if (Cuts.takesWholeWords(each) == whole) {
        return each;
      }
    }
    throw refusal("ignore_merges", whole, !whole + ", as " + names.getFirst() + " has it in GGUF");
  }

  /// Demands that a vocabulary of sentence pieces does what GGUF takes for granted.
  ///
  /// @throws ModelFileException if it does something else
  void checkSentencePieces() throws ModelFileException {
    JsonNode model = tokenizer.path("model");
    if (model.path("ignore_merges").asBoolean()) {
      throw refusal("ignore_merges", true, "false, as sentence pieces have it in GGUF");
    }
    if (!model.path("byte_fallback").asBoolean()) {
      throw refusal("byte_fallback", false, "true, as sentence pieces have it in GGUF");
    }
    JsonNode cutting = tokenizer.path("pre_tokenizer");
    JsonNode normalizer = tokenizer.path("normalizer");
    List<JsonNode> cuts = flat(cutting, "pretokenizers");
    List<JsonNode> steps = flat(normalizer, "normalizers");
    if (isMetaspace(cutting) && steps.isEmpty()) {
      return;
    }
    if (!cuts.stream().allMatch(TextSteps::isSplitAtSpaces)) {
      throw refusal("pre_tokenizer", cutting, "none, or a Split at spaces, or Metaspace alone");
    }
    int first = !steps.isEmpty() && isSpacePutFirst(steps.getFirst()) ? 1 : 0;
    if (steps.size() != first + 1 || !isSpaceReplaced(steps.getLast())) {
      throw refusal("normalizer", normalizer, "each space becomes '▁', which may stand first");
    }
  }

  private List<String> normalized(List<String> names) throws ModelFileException {
    JsonNode normalizer = tokenizer.path("normalizer");
    List<JsonNode> steps = flat(normalizer, "normalizers");
    boolean composes = steps.size() == 1 && type(steps.getFirst()).equals("NFC");
    List<String> found =
        names.stream()
            .filter(
                each -> steps.isEmpty() ? !Cuts.composes(each) : composes && Cuts.composes(each))
            .toList();
    if (found.isEmpty()) {
      String expected = Cuts.composes(names.getFirst()) ? "NFC" : "none";
      throw refusal(
          "normalizer", normalizer, expected + ", as " + names.getFirst() + " has it in GGUF");
    }
    return found;
  }

  private List<String> patterns(List<JsonNode> steps) throws ModelFileException {
    List<String> patterns = new ArrayList<>();
    for (int i = 0; i < steps.size(); i++) {
      boolean last = i == steps.size() - 1;
      JsonNode step = steps.get(i);
      if (last != type(step).equals("ByteLevel")) {
        return List.of();
      } else if (!last) {
        patterns.add(pattern(step));
      } else if (step.path("add_prefix_space").asBoolean(true)) {
        throw refusal("add_prefix_space", true, "false, as all names have it in GGUF");
      } else if (step.path("use_regex").asBoolean(true)) {
        patterns.add(Cuts.byteLevelPattern());
      }
    }
    return patterns;
  }

  private static String pattern(JsonNode step) {
    boolean inverted = step.path("invert").asBoolean();
    String regex = step.path("pattern").path("Regex").asText();
    String behavior = step.path("behavior").asText();
    return switch (type(step)) {
      // What is between the matches is removed: nothing, where the pattern matches everywhere.
      case "Split" ->
          (behavior.equals("Isolated") && !inverted)
                  || (behavior.equals("Removed") && inverted && Cuts.coversAll(regex))
              ? regex
              : step.toString();
      case "Digits" -> step.path("individual_digits").asBoolean() ? "\\p{N}" : step.toString();
      default -> step.toString();
    };
  }

  static boolean isMetaspace(JsonNode step) {
    return type(step).equals("Metaspace");
  }

  // No space is left where it could cut.
  private static boolean isSplitAtSpaces(JsonNode step) {
    return type(step).equals("Split") && step.path("pattern").path("String").asText().equals(" ");
  }

  private static boolean isSpacePutFirst(JsonNode step) {
    return type(step).equals("Prepend") && step.path("prepend").asText().equals(SPACE);
  }

  private static boolean isSpaceReplaced(JsonNode step) {
    return type(step).equals("Replace")
        && step.path("pattern").path("String").asText().equals(" ")
        && step.path("content").asText().equals(SPACE);
  }

  private static List<JsonNode> flat(JsonNode node, String members) {
    if (node.isMissingNode() || node.isNull()) {
      return List.of();
    }
    return node.has(members) ? node.path(members).valueStream().toList() : List.of(node);
  }

  private static String type(JsonNode step) {
    return step.path("type").asText();
  }

  private ModelFileException refusal(String what, Object found, String expected) {
    String shown = found instanceof JsonNode node ? shown(node) : "" + found;
    return new ModelFileException(
        file,
        ModelFileException.Rule.UNSUPPORTED,
        what + ": " + shown + " (expected: " + expected + ")");
  }

  private static String shown(JsonNode node) {
    return node.isMissingNode() || node.isNull()
        ? "none"
        : ModelFileException.shown(node.toString());
  }
}
