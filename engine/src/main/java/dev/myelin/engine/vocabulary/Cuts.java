package dev.myelin.engine.vocabulary;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The patterns by which families of models cut a text into words before pieces are merged.
///
/// A pattern that is not here is refused: the native library ends the process when one searches too
/// long, and these do not. The names are those of GGUF's `tokenizer.ggml.pre`.
public final class Cuts {
  private static final String ENDINGS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
  private static final String EITHER_CASE =
      "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])";
  private static final String REST =
      " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String SLASH =
      " ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String WORD = "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|";
  private static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final String BEFORE = "[^\\r\\n\\p{L}\\p{N}]?";

  private static final String GPT2 =
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)";
  private static final String GPT2_WHOLE = GPT2 + "|\\s+";
  private static final String LLAMA3 = ENDINGS + WORD + "\\p{N}{1,3}|" + REST;
  private static final String LLAMA3_SPELT = EITHER_CASE + WORD + "\\p{N}{1,3}|" + REST;
  private static final String QWEN2 = EITHER_CASE + WORD + "\\p{N}|" + REST;
  private static final String QWEN2_INSENSITIVE = ENDINGS + WORD + "\\p{N}|" + REST;
  private static final String TEKKEN = cased("") + "\\p{N}|" + SLASH;
  private static final String GPT4O = cased(ENDINGS + "?") + "\\p{N}{1,3}|" + SLASH;
  private static final String MARKS = "[\\p{P}\\$\\+<=>\\^~\\|]+";
  private static final String NUMBERS = "\\p{N}+";
  private static final String THREES = "[0-9][0-9][0-9]";

  private static final Set<String> KNOWN =
      Set.of(
          GPT2,
          GPT2_WHOLE,
          LLAMA3,
          LLAMA3_SPELT,
          QWEN2,
          QWEN2_INSENSITIVE,
          TEKKEN,
          GPT4O,
          MARKS,
          NUMBERS,
          THREES,
          "\\p{N}",
          "\\d",
          "\\s",
          "[0-9]",
          "[0-9]+",
          "\\p{N}{1,3}",
          "[\\r\\n]",
          "\\s+");

  private static final Map<String, List<String>> BY_NAME =
      Map.ofEntries(
          Map.entry("default", List.of(MARKS, GPT2, NUMBERS, THREES)),
          Map.entry("gpt-2", List.of(GPT2_WHOLE)),
          Map.entry("phi-2", List.of(GPT2_WHOLE)),
          Map.entry("mpt", List.of(GPT2_WHOLE)),
          Map.entry("olmo", List.of(GPT2_WHOLE)),
          Map.entry("smollm", List.of("\\p{N}", GPT2_WHOLE)),
          Map.entry("starcoder", List.of("\\p{N}", GPT2_WHOLE)),
          Map.entry("refact", List.of("\\p{N}", GPT2_WHOLE)),
          Map.entry("command-r", List.of("\\p{N}", GPT2_WHOLE)),
          Map.entry("llama-bpe", List.of(LLAMA3)),
          Map.entry("llama3", List.of(LLAMA3)),
          Map.entry("llama-v3", List.of(LLAMA3)),
          Map.entry("falcon3", List.of(LLAMA3)),
          Map.entry("smaug-bpe", List.of(LLAMA3)),
          Map.entry("dbrx", List.of(LLAMA3)),
          Map.entry("qwen2", List.of(QWEN2_INSENSITIVE)),
          Map.entry("deepseek-r1-qwen", List.of(QWEN2_INSENSITIVE)),
          Map.entry("stablelm2", List.of(QWEN2_INSENSITIVE)),
          Map.entry("hunyuan", List.of(QWEN2_INSENSITIVE)),
          Map.entry("tekken", List.of(TEKKEN)),
          Map.entry("gpt-4o", List.of(GPT4O)));

  // As tokenizers of the makers cut, and the names by which GGUF calls that. Names for the same
  // cuts differ in what else they do.
  private static final Map<List<String>, List<String>> NAMES =
      Map.ofEntries(
          Map.entry(List.of(MARKS, GPT2, NUMBERS, THREES), List.of("default")),
          Map.entry(List.of(GPT2_WHOLE), List.of("gpt-2")),
          Map.entry(List.of("\\p{N}", GPT2_WHOLE), List.of("smollm")),
          Map.entry(List.of(LLAMA3), List.of("llama-bpe", "dbrx")),
          Map.entry(List.of(LLAMA3_SPELT), List.of("llama-bpe", "dbrx")),
          Map.entry(List.of(QWEN2), List.of("qwen2", "deepseek-r1-qwen")),
          Map.entry(List.of(QWEN2_INSENSITIVE), List.of("qwen2", "deepseek-r1-qwen")),
          Map.entry(List.of(TEKKEN), List.of("tekken")),
          Map.entry(List.of(GPT4O), List.of("gpt-4o")));

  private static final Set<String> COVERING =
      Set.of(GPT2_WHOLE, LLAMA3, LLAMA3_SPELT, QWEN2, QWEN2_INSENSITIVE, TEKKEN, GPT4O);
  private static final Set<String> WHOLE_WORDS =
      Set.of("llama-bpe", "llama3", "llama-v3", "falcon3", "tekken", "gpt-4o");

  private Cuts() {}

  /// Returns what GGUF calls vocabularies whose texts are cut by these patterns, one after the
  /// other, the usual name first; none if there is no such name.
  public static List<String> namesOf(List<String> patterns) {
    return NAMES.getOrDefault(patterns, List.of());
  }

  /// Returns whether characters are composed (NFC) before a vocabulary of that name cuts.
  public static boolean composes(String name) {
    return name.equals("qwen2");
  }

  /// Returns whether a word that is a token is taken whole in a vocabulary of that name, whatever
  /// the merges make of it.
  public static boolean takesWholeWords(String name) {
    return WHOLE_WORDS.contains(name);
  }

  /// Returns whether that is a known pattern whose matches leave nothing of any text between them.
  public static boolean coversAll(String pattern) {
    return COVERING.contains(pattern);
  }

  /// Returns the pattern by which the step that spells bytes cuts, where it does.
  public static String byteLevelPattern() {
    return GPT2_WHOLE;
  }

  /// Returns whether the pattern is one of those that are known.
  public static boolean isKnown(String pattern) {
    return KNOWN.contains(pattern);
  }

  /// Returns the names that [#named] knows.
  public static Set<String> names() {
    return BY_NAME.keySet();
  }

  /// Returns the steps for the vocabulary that GGUF calls so.
  public static Optional<List<Map<String, Object>>> named(String name) {
    List<String> patterns = BY_NAME.get(name);
    if (patterns == null) {
      return Optional.empty();
    }
    List<Map<String, Object>> steps = new ArrayList<>();
    for (String each : patterns) {
      steps.add(
          Map.of(
              "type",
              "Split",
              "pattern",
              Map.of("Regex", each),
              "behavior",
              "Isolated",
              "invert",
              false));
    }
    steps.add(byteLevel(Set.of()));
    return Optional.of(List.copyOf(steps));
  }

  /// Returns the step that spells bytes with printable characters, and does this besides.
  public static Map<String, Object> byteLevel(Set<Besides> besides) {
    return Map.of(
        "type",
        "ByteLevel",
        "add_prefix_space",
        besides.contains(Besides.SPACE_FIRST),
        "trim_offsets",
        false,
        "use_regex",
        besides.contains(Besides.CUT));
  }

  private static String cased(String ending) {
    return (BEFORE + UPPER + "*" + LOWER + "+" + ending)
        + ("|" + BEFORE + UPPER + "+" + LOWER + "*" + ending + "|");
  }

  /// What the step that spells bytes may do besides.
  public enum Besides {
    /// Put a space before the text.
    SPACE_FIRST,
    /// Cut by [Cuts#byteLevelPattern].
    CUT
  }
}
