package dev.myelin.engine.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.myelin.engine.model.ModelFileException;
import dev.myelin.engine.model.ModelFileException.Rule;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/// Reads a recipe from a `tokenizer.json` and what stands beside it.
final class RecipeFromJson {
  private final Refusal refusal;
  private final TokenizerJson json;
  private final List<Recipe.Control> controls = new ArrayList<>();
  private final List<Recipe.Word> words = new ArrayList<>();
  private final Map<String, Integer> vocabulary;
  private Vocabulary.Token[] tokens = new Vocabulary.Token[0];
  private int count;

  private RecipeFromJson(Path file, TokenizerJson json) {
    this.refusal = new Refusal(file);
    this.json = json;
    this.vocabulary = json.vocabulary();
  }

  static Recipe read(Path file, TokenizerJson json, Beside beside) throws ModelFileException {
    return new RecipeFromJson(file, json).recipe(beside);
  }

  private Recipe recipe(Beside beside) throws ModelFileException {
    JsonNode model = json.rest().path("model");
    placeVocabulary();
    placeAdded();
    tokens = Arrays.copyOf(tokens, count);
    Recipe.Unknown unknown = unknown(model);
    Recipe.Steps steps = new StepsFromJson(refusal, json.rest()).steps();
    if (steps.spelling() == Spelling.SENTENCE_PIECES && unknown.bytes()) {
      markBytes();
    }
    List<Vocabulary.Token> all = Collections.unmodifiableList(Arrays.asList(tokens));
    Recipe.Pieces pieces =
        Soundness.checked(
            refusal,
            new Recipe.Pieces(vocabulary, json.merges(), List.copyOf(words), unknown),
            controls);
    Recipe.Around around = new AroundFromJson(refusal, json.rest(), tokens.length).around();
    return new Recipe(
        all,
        steps,
        pieces,
        List.copyOf(controls),
        beside.around(around, this::numberOf),
        beside.ends(controls, tokens.length, this::numberOf));
  }

  private int numberOf(String name) {
    for (Recipe.Control each : controls) {
      if (each.text().equals(name)) {
        return each.token();
      }
    }
    return vocabulary.getOrDefault(name, -1);
  }

  private void placeVocabulary() throws ModelFileException {
    int most = -1;
    for (int number : vocabulary.values()) {
      most = Math.max(most, number);
    }
    refusal.unless(most >= 0, Rule.MISSING, "vocabulary", "none", "tokens");
    count = most + 1;
    tokens = new Vocabulary.Token[count];
    Arrays.fill(tokens, Vocabulary.Token.NONE);
    for (Map.Entry<String, Integer> each : vocabulary.entrySet()) {
      refusal.unless(
          tokens[each.getValue()].kind() == TokenKind.NONE,
          Rule.DUPLICATE,
          "number of a token",
          each.getValue(),
          "once");
      tokens[each.getValue()] = new Vocabulary.Token(each.getKey(), TokenKind.TEXT);
    }
  }

  private void placeAdded() throws ModelFileException {
    JsonNode added = json.rest().path("added_tokens");
    refusal.unless(
        added.size() <= TokenLimits.WORDS,
        Rule.LENGTH,
        "added tokens",
        added.size(),
        "<= " + TokenLimits.WORDS);
    for (JsonNode each : added) {
      String text = each.path("content").asText();
      int length = text.length();
      refusal.unless(
          length > 0 && length <= TokenLimits.NAME,
          Rule.LENGTH,
          "length of an added token",
          length,
          "1.." + TokenLimits.NAME);
      refusal.unless(
          WellFormed.is(text), Rule.SYNTAX, "added token", "half a character", "whole characters");
      placeAdded(each, text);
    }
  }

  private void placeAdded(JsonNode each, String text) throws ModelFileException {
    // Where vocabulary and list disagree on a number, transformers takes the vocabulary's.
    int number = vocabulary.getOrDefault(text, each.path("id").asInt(-1));
    refusal.unless(
        number >= 0 && number < TokenLimits.TOKENS,
        Rule.LENGTH,
        "number of an added token",
        number,
        ">= 0 and < " + TokenLimits.TOKENS);
    Recipe.Trim trim =
        new Recipe.Trim(
            each.path("lstrip").asBoolean(),
            each.path("rstrip").asBoolean(),
            each.path("single_word").asBoolean());
    boolean special = each.path("special").asBoolean();
    grow(number + 1);
    Vocabulary.Token before = tokens[number];
    refusal.unless(
        before.kind() == TokenKind.NONE || before.name().equals(text),
        Rule.DUPLICATE,
        "number of an added token",
        number,
        "one token");
    tokens[number] = new Vocabulary.Token(text, special ? TokenKind.CONTROL : TokenKind.WORD);
    if (special) {
      controls.add(new Recipe.Control(Marks.checked(refusal, text), number, trim));
    } else {
      vocabulary.put(text, number);
      words.add(new Recipe.Word(text, trim, each.path("normalized").asBoolean(true)));
    }
  }

  // Twice as much as before, or each of many tokens would copy all before it.
  private void grow(int size) {
    int before = tokens.length;
    if (size > before) {
      tokens = Arrays.copyOf(tokens, Math.max(size, 2 * before));
      Arrays.fill(tokens, before, tokens.length, Vocabulary.Token.NONE);
    }
    count = Math.max(count, size);
  }

  private void markBytes() {
    for (int i = 0; i < tokens.length; i++) {
      String name = tokens[i].name();
      if (tokens[i].kind() == TokenKind.TEXT && Spelling.byteOf(name) >= 0) {
        tokens[i] = new Vocabulary.Token(name, TokenKind.BYTE);
      }
    }
  }

  private Recipe.Unknown unknown(JsonNode model) throws ModelFileException {
    for (String none : List.of("continuing_subword_prefix", "end_of_word_suffix")) {
      String found = model.path(none).asText("");
      refusal.unless(
          found.isEmpty() || found.equals("null"), Rule.UNSUPPORTED, none, found, "none");
    }
    double dropout = model.path("dropout").asDouble(0);
    refusal.unless(dropout == 0, Rule.UNSUPPORTED, "dropout", dropout, "none");
    JsonNode name = model.path("unk_token");
    return new Recipe.Unknown(
        name.isTextual() ? name.asText() : "",
        model.path("fuse_unk").asBoolean(),
        model.path("byte_fallback").asBoolean(),
        model.path("ignore_merges").asBoolean());
  }

  /// What stands beside the file: which tokens begin and end a text or an answer.
  interface Beside {
    Recipe.Around around(Recipe.Around found, Numbers numbers);

    List<Integer> ends(List<Recipe.Control> controls, int tokens, Numbers numbers);
  }

  /// Finds the number of a token by its name, or -1.
  interface Numbers {
    int of(String name);
  }
}
