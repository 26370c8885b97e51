package dev.myelin.engine.text;

import dev.myelin.engine.model.Metadata;
import dev.myelin.engine.model.ModelFileException;
import dev.myelin.engine.model.ModelFileException.Rule;
import dev.myelin.engine.vocabulary.Cuts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Reads a recipe from the vocabulary of a GGUF file.
final class RecipeFromGguf {
  private static final String KEYS = "tokenizer.ggml.";
  private static final String METASPACE = "myelin.metaspace.";
  private static final String BYTE_LEVEL = "gpt2";
  private static final String SENTENCE_PIECES = "llama";
  private static final Set<String> BEGIN_UNASKED = Set.of("llama-bpe", "llama3", "llama-v3");

  private final Refusal refusal;
  private final Metadata metadata;
  private final List<Vocabulary.Token> tokens = new ArrayList<>();
  private final Map<String, Integer> vocabulary = new HashMap<>();
  private final List<Recipe.Control> controls = new ArrayList<>();
  private final List<Recipe.Word> words = new ArrayList<>();
  private AddedTraits traits = AddedTraits.NONE;
  private int rows;
  private long looked;
  private long spelled;

  private RecipeFromGguf(Path file, Metadata metadata) {
    this.refusal = new Refusal(file);
    this.metadata = metadata;
  }

  static Recipe read(Path file, Metadata metadata) throws ModelFileException {
    return new RecipeFromGguf(file, metadata).recipe();
  }

  private Recipe recipe() throws ModelFileException {
    String kind = metadata.text(KEYS + "model").orElse("");
    boolean bytes = kind.equals(BYTE_LEVEL);
    refusal.unless(
        bytes || kind.equals(SENTENCE_PIECES),
        Rule.UNSUPPORTED,
        KEYS + "model",
        kind,
        BYTE_LEVEL + " or " + SENTENCE_PIECES);
    readTokens(bytes);
    String cut = metadata.text(KEYS + "pre").orElse("default");
    Recipe.Pieces pieces = bytes ? merged(cut) : scored();
    return new Recipe(
        List.copyOf(tokens),
        bytes ? byteSteps(cut) : sentenceSteps(),
        Soundness.checked(refusal, pieces, controls),
        List.copyOf(controls),
        around(bytes, cut),
        ends());
  }

  private void readTokens(boolean bytes) throws ModelFileException {
    List<String> names = texts("tokens", TokenLimits.TOKENS);
    double[] types = metadata.numbers(KEYS + "token_type").orElse(new double[names.size()]);
    refusal.unless(
        types.length == names.size(), Rule.SHAPE, "token types", types.length, "" + names.size());
    refusal.unless(!names.isEmpty(), Rule.MISSING, "tokens", "none", "tokens");
    traits = AddedTraits.read(refusal, metadata, names.size());
    for (int i = 0; i < types.length; i++) {
      place(i, names.get(i), kind((int) types[i], bytes));
      refusal.unless(
          controls.size() + words.size() <= TokenLimits.WORDS,
          Rule.LENGTH,
          "marks and words",
          controls.size() + words.size(),
          "<= " + TokenLimits.WORDS);
    }
    rows = tokens.size();
    dropFilling();
  }

  // Tokens at the end that nothing spells fill the vocabulary up to the rows of the model, which
  // are more than the tokens where a round number computes faster.
  private void dropFilling() {
    while (tokens.size() > 1 && tokens.getLast().kind() == TokenKind.NONE) {
      tokens.removeLast();
    }
  }

  private void place(int number, String name, TokenKind kind) throws ModelFileException {
    String text = kind == TokenKind.WORD ? name.replace(Spelling.SPACE, ' ') : name;
    tokens.add(new Vocabulary.Token(text, kind));
    switch (kind) {
      // A name that stands twice belongs to the first, as in llama.cpp.
      case TEXT, BYTE -> vocabulary.putIfAbsent(name, number);
      case WORD -> {
        if (!text.isEmpty() && vocabulary.putIfAbsent(text, number) == null) {
          words.add(new Recipe.Word(text, traits.trim(number), traits.isNormalized(number)));
        }
      }
      case CONTROL -> {
        if (!name.isEmpty()) {
          String mark = Marks.checked(refusal, name);
          controls.add(new Recipe.Control(mark, number, traits.trim(number)));
        }
      }
      case NONE -> {
        // Nothing spells it.
      }
    }
  }

  private static TokenKind kind(int type, boolean bytes) {
    return switch (type) {
      case 2, 3 -> TokenKind.CONTROL;
      case 4 -> TokenKind.WORD;
      case 5 -> TokenKind.NONE;
      case 6 -> bytes ? TokenKind.TEXT : TokenKind.BYTE;
      default -> TokenKind.TEXT;
    };
  }

  private Recipe.Pieces merged(String cut) throws ModelFileException {
    List<Recipe.Merge> merges = new ArrayList<>();
    for (String line : texts("merges", TokenLimits.MERGES)) {
      int space = line.indexOf(' ', 1);
      refusal.unless(
          space > 0 && space < line.length() - 1,
          Rule.SYNTAX,
          "merge",
          line,
          "two pieces and a space between");
      merges.add(new Recipe.Merge(line.substring(0, space), line.substring(space + 1)));
    }
    Recipe.Unknown unknown = new Recipe.Unknown("", false, false, Cuts.takesWholeWords(cut));
    return new Recipe.Pieces(vocabulary, merges, List.copyOf(words), unknown);
  }

  /// A file of sentence pieces has scores instead of merges: every way to cut a piece in two is a
  /// merge, as urgent as the piece.
  private Recipe.Pieces scored() throws ModelFileException {
    double[] scores = metadata.numbers(KEYS + "scores").orElse(new double[rows]);
    refusal.unless(scores.length == rows, Rule.SHAPE, "scores", scores.length, "" + rows);
    List<Scored> found = new ArrayList<>();
    for (int i = 0; i < tokens.size(); i++) {
      Vocabulary.Token token = tokens.get(i);
      if (token.kind() == TokenKind.TEXT && vocabulary.getOrDefault(token.name(), -1) == i) {
        cuts(token.name(), scores[i], found);
      }
    }
    found.sort(
        Comparator.comparingDouble(Scored::score)
            .thenComparingInt(each -> letters(each.merge.left()))
            .thenComparingInt(each -> letters(each.merge.right()))
            .reversed());
    List<Recipe.Merge> merges = new ArrayList<>();
    found.forEach(each -> merges.add(each.merge));
    String unknown = number("unknown_token_id").map(each -> tokens.get(each).name()).orElse("");
    if (!unknown.isEmpty()) {
      number("unknown_token_id").ifPresent(each -> vocabulary.putIfAbsent(unknown, each));
    }
    return new Recipe.Pieces(
        vocabulary, merges, List.copyOf(words), new Recipe.Unknown(unknown, true, true, false));
  }

  private void cuts(String name, double score, List<Scored> found) throws ModelFileException {
    looked += (long) name.length() * name.length();
    refusal.unless(
        looked <= TokenLimits.CUTS,
        Rule.LENGTH,
        "characters to look at for ways to cut the pieces",
        looked,
        "<= " + TokenLimits.CUTS);
    List<Recipe.Merge> own = new ArrayList<>();
    for (int at = 1; at < name.length(); at++) {
      Integer left = vocabulary.get(name.substring(0, at));
      Integer right = vocabulary.get(name.substring(at));
      if (left != null && right != null) {
        own.add(new Recipe.Merge(tokens.get(left).name(), tokens.get(right).name()));
      }
    }
    own.sort(
        Comparator.comparingInt((Recipe.Merge each) -> vocabulary.getOrDefault(each.left(), 0))
            .thenComparingInt(each -> vocabulary.getOrDefault(each.right(), 0)));
    spelled += (long) own.size() * name.length();
    refusal.unless(
        spelled <= TokenLimits.NAMES,
        Rule.LENGTH,
        "characters of the ways to cut the pieces",
        spelled,
        "<= " + TokenLimits.NAMES);
    own.forEach(each -> found.add(new Scored(each, score)));
    refusal.unless(
        found.size() <= TokenLimits.MERGES,
        Rule.LENGTH,
        "ways to cut the pieces",
        "more",
        "<= " + TokenLimits.MERGES);
  }

  private static int letters(String name) {
    return name.codePointCount(0, name.length());
  }

  private Recipe.Steps byteSteps(String cut) throws ModelFileException {
    Optional<List<Map<String, Object>>> cuts = Cuts.named(cut);
    refusal.unless(cuts.isPresent(), Rule.UNSUPPORTED, KEYS + "pre", cut, "one of " + Cuts.names());
    List<Map<String, Object>> normalizers =
        Cuts.composes(cut) ? List.of(Map.of("type", "NFC")) : List.of();
    return new Recipe.Steps(normalizers, cuts.orElseThrow(), Spelling.BYTE_LEVEL, false);
  }

  private Recipe.Steps sentenceSteps() throws ModelFileException {
    boolean spaceFirst = metadata.truth(KEYS + "add_space_prefix").orElse(true);
    Optional<String> scheme = metadata.text(METASPACE + "prepend_scheme");
    if (scheme.isPresent()) {
      return new Recipe.Steps(
          List.of(), List.of(metaspace(scheme.get())), Spelling.SENTENCE_PIECES, spaceFirst);
    }
    String space = String.valueOf(Spelling.SPACE);
    List<Map<String, Object>> normalizers = new ArrayList<>();
    if (spaceFirst) {
      normalizers.add(Map.of("type", "Prepend", "prepend", space));
    }
    normalizers.add(Map.of("type", "Replace", "pattern", Map.of("String", " "), "content", space));
    return new Recipe.Steps(normalizers, List.of(), Spelling.SENTENCE_PIECES, spaceFirst);
  }

  private Map<String, Object> metaspace(String scheme) throws ModelFileException {
    refusal.unless(
        Set.of("always", "first", "never").contains(scheme),
        Rule.SYNTAX,
        METASPACE + "prepend_scheme",
        scheme,
        "always, first or never");
    boolean split = metadata.truth(METASPACE + "split").orElse(true);
    return StepsFromJson.metaspace(scheme, split);
  }

  private Recipe.Around around(boolean bytes, String cut) {
    Optional<Integer> begin = number("bos_token_id");
    Optional<Integer> end = number("eos_token_id");
    boolean usual = !bytes || BEGIN_UNASKED.contains(cut);
    boolean begins = metadata.truth(KEYS + "add_bos_token").orElse(usual);
    boolean ends = metadata.truth(KEYS + "add_eos_token").orElse(false);
    return new Recipe.Around(
        begins ? begin.stream().toList() : List.of(),
        ends ? end.stream().toList() : List.of(),
        begin.map(each -> tokens.get(each).name()).orElse(""),
        end.map(each -> tokens.get(each).name()).orElse(""));
  }

  private List<Integer> ends() {
    Set<Integer> found = new java.util.TreeSet<>();
    for (String key : List.of("eos_token_id", "eot_token_id", "eom_token_id")) {
      number(key).ifPresent(found::add);
    }
    return Ends.with(found, controls);
  }

  private Optional<Integer> number(String key) {
    return metadata
        .whole(KEYS + key)
        .filter(each -> each >= 0 && each < tokens.size())
        .map(Long::intValue);
  }

  private List<String> texts(String key, int most) throws ModelFileException {
    List<String> found = metadata.texts(KEYS + key).orElse(List.of());
    refusal.unless(found.size() <= most, Rule.LENGTH, KEYS + key, found.size(), "<= " + most);
    long letters = 0;
    for (String each : found) {
      refusal.unless(
          each.length() <= TokenLimits.NAME,
          Rule.LENGTH,
          "length of one of " + key,
          each.length(),
          "<= " + TokenLimits.NAME);
      letters += each.length();
    }
    refusal.unless(
        letters <= TokenLimits.NAMES, Rule.LENGTH, KEYS + key, letters, "<= " + TokenLimits.NAMES);
    return found;
  }

  private record Scored(Recipe.Merge merge, double score) {}
}
