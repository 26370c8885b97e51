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

  // As tokenizers of the makers cut, and the one name by which GGUF calls that.
  private static final Map<List<String>, String> NAMES =
      Map.ofEntries(
          Map.entry(List.of(MARKS, GPT2, NUMBERS, THREES), "default"),
          Map.entry(List.of(GPT2_WHOLE), "gpt-2"),
          Map.entry(List.of("\\p{N}", GPT2_WHOLE), "smollm"),
          Map.entry(List.of(LLAMA3), "llama-bpe"),
          Map.entry(List.of(LLAMA3_SPELT), "llama-bpe"),
          Map.entry(List.of(QWEN2), "qwen2"),
          Map.entry(List.of(QWEN2_INSENSITIVE), "qwen2"),
          Map.entry(List.of(TEKKEN), "tekken"),
          Map.entry(List.of(GPT4O), "gpt-4o"));

  private Cuts() {}

  /// Returns what GGUF calls a vocabulary whose texts are cut by these patterns, one after the
  /// other; empty if there is no such name.
  public static Optional<String> nameOf(List<String> patterns) {
    return Optional.ofNullable(NAMES.get(patterns));
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
    steps.add(byteLevel(false, false));
    return Optional.of(List.copyOf(steps));
  }

  /// Returns the step that spells bytes with printable characters.
  public static Map<String, Object> byteLevel(boolean spaceFirst, boolean cuts) {
    return Map.of(
        "type",
        "ByteLevel",
        "add_prefix_space",
        spaceFirst,
        "trim_offsets",
        false,
        "use_regex",
        cuts);
  }

  private static String cased(String ending) {
    return (BEFORE + UPPER + "*" + LOWER + "+" + ending)
        + ("|" + BEFORE + UPPER + "+" + LOWER + "*" + ending + "|");
  }
}
