package dev.myelin.engine.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.myelin.engine.model.ModelFileException;
import dev.myelin.engine.model.ModelFileException.Rule;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A `tokenizer.json`, read but not yet understood: its two long lists as such, the rest as a tree
/// of bounded size.
///
/// @param rest everything but vocabulary and merges
record TokenizerJson(ObjectNode rest, Map<String, Integer> vocabulary, List<Recipe.Merge> merges) {
  static final String NAME = "tokenizer.json";

  private static final int NODES = 1 << 20;
  private static final String KIND = "BPE";
  private static final ObjectMapper JSON =
      new ObjectMapper(
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder()
                      .maxNestingDepth(32)
                      .maxStringLength(1 << 20)
                      .maxNameLength(TokenLimits.NAME)
                      .build())
              // Names come from files: they shall not stay for ever.
              .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
              .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
              .build());

  static TokenizerJson read(Path file) throws IOException {
    Refusal refusal = new Refusal(file);
    bounded(file, TokenLimits.FILE, refusal);
    try (JsonParser parser = JSON.createParser(Files.newInputStream(file))) {
      Reader reader = new Reader(new Budgeted(parser, refusal), refusal);
      reader.readTop();
      return new TokenizerJson(reader.rest, reader.vocabulary, reader.merges);
    } catch (JsonProcessingException e) {
      throw syntax(file, e);
    }
  }

  /// Returns a small file of JSON as a tree.
  static JsonNode tree(Path file) throws IOException {
    Refusal refusal = new Refusal(file);
    bounded(file, TokenLimits.SMALL_FILE, refusal);
    try (JsonParser parser = JSON.createParser(Files.newInputStream(file))) {
      JsonNode node = JSON.readTree(new Budgeted(parser, refusal));
      return node == null ? JsonNodeFactory.instance.objectNode() : node;
    } catch (JsonProcessingException e) {
      throw syntax(file, e);
    }
  }

  /// Returns a small file as text.
  static String text(Path file) throws IOException {
    Refusal refusal = new Refusal(file);
    bounded(file, TokenLimits.SMALL_FILE, refusal);
    try {
      return Files.readString(file);
    } catch (CharacterCodingException e) {
      throw refusal.because(Rule.SYNTAX, "file", "other bytes", "UTF-8");
    }
  }

  private static void bounded(Path file, long most, Refusal refusal) throws IOException {
    long size = Files.size(file);
    refusal.unless(size <= most, Rule.LENGTH, "size", size, "<= " + most);
  }

  private static ModelFileException syntax(Path file, JsonProcessingException e) {
    return new ModelFileException(
        file,
        Rule.SYNTAX,
        "JSON: "
            + ModelFileException.shown(e.getOriginalMessage())
            + " (expected: a sound document)");
  }

  /// Ends a document that has more parts than its trees may have; what is streamed does not count.
  private static final class Budgeted extends JsonParserDelegate {
    private final Refusal refusal;
    private int left = NODES;

    Budgeted(JsonParser parser, Refusal refusal) {
      super(parser);
      this.refusal = refusal;
    }

    @Override
    public JsonToken nextToken() throws IOException {
      refusal.unless(--left >= 0, Rule.LENGTH, "parts", "more", "<= " + NODES);
      return super.nextToken();
    }

    JsonToken streamed() throws IOException {
      return super.nextToken();
    }
  }

  /// Walks a document once.
  private static final class Reader {
    private final Budgeted parser;
    private final Refusal refusal;
    private final ObjectNode rest = JsonNodeFactory.instance.objectNode();
    private final Map<String, Integer> vocabulary = new HashMap<>();
    private final List<Recipe.Merge> merges = new ArrayList<>();
    private long letters = TokenLimits.NAMES;

    Reader(Budgeted parser, Refusal refusal) {
      this.parser = parser;
      this.refusal = refusal;
    }

    void readTop() throws IOException {
      require(parser.nextToken(), JsonToken.START_OBJECT, "document");
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        refusal.unless(!rest.has(name), Rule.DUPLICATE, "member", name, "once");
        if (name.equals("model") && value == JsonToken.START_OBJECT) {
          rest.set(name, readModel());
        } else {
          rest.set(name, JSON.readTree(parser));
        }
      }
    }

    private ObjectNode readModel() throws IOException {
      ObjectNode model = JsonNodeFactory.instance.objectNode();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        refusal.unless(!model.has(name), Rule.DUPLICATE, "member of model", name, "once");
        if (name.equals("vocab") && value == JsonToken.START_OBJECT) {
          readVocabulary();
          model.put(name, true);
        } else if (name.equals("merges") && value == JsonToken.START_ARRAY) {
          readMerges();
          model.put(name, true);
        } else {
          model.set(name, JSON.readTree(parser));
        }
        requireKind(model.path("type").asText(KIND));
      }
      return model;
    }

    // Early: the vocabularies of other kinds are long, and of another form.
    private void requireKind(String kind) throws IOException {
      refusal.unless(
          kind.equals(KIND),
          Rule.UNSUPPORTED,
          "kind of tokenizer",
          kind,
          KIND + "; a model with another kind cannot be run");
    }

    private void readVocabulary() throws IOException {
      while (parser.streamed() == JsonToken.FIELD_NAME) {
        String token = counted(parser.currentName());
        require(parser.streamed(), JsonToken.VALUE_NUMBER_INT, "number of a token");
        long number = parser.getLongValue();
        refusal.unless(
            number >= 0 && number < TokenLimits.TOKENS,
            Rule.LENGTH,
            "number of a token",
            number,
            ">= 0 and < " + TokenLimits.TOKENS);
        refusal.unless(
            vocabulary.put(token, (int) number) == null, Rule.DUPLICATE, "token", token, "once");
      }
    }

    private void readMerges() throws IOException {
      JsonToken next = parser.streamed();
      while (next != JsonToken.END_ARRAY) {
        merges.add(next == JsonToken.START_ARRAY ? pair() : line(next));
        refusal.unless(
            merges.size() <= TokenLimits.MERGES,
            Rule.LENGTH,
            "merges",
            "more",
            "<= " + TokenLimits.MERGES);
        next = parser.streamed();
      }
    }

    private Recipe.Merge pair() throws IOException {
      require(parser.streamed(), JsonToken.VALUE_STRING, "merge");
      String left = counted(parser.getText());
      require(parser.streamed(), JsonToken.VALUE_STRING, "merge");
      String right = counted(parser.getText());
      require(parser.streamed(), JsonToken.END_ARRAY, "merge");
      return new Recipe.Merge(left, right);
    }

    private Recipe.Merge line(JsonToken found) throws IOException {
      require(found, JsonToken.VALUE_STRING, "merge");
      String line = counted(parser.getText());
      int space = line.indexOf(' ');
      refusal.unless(
          space > 0 && space == line.lastIndexOf(' ') && space < line.length() - 1,
          Rule.SYNTAX,
          "merge",
          line,
          "two pieces and a space between");
      return new Recipe.Merge(line.substring(0, space), line.substring(space + 1));
    }

    private String counted(String name) throws IOException {
      refusal.unless(
          name.length() <= 2 * TokenLimits.NAME,
          Rule.LENGTH,
          "length of a token",
          name.length(),
          "<= " + 2 * TokenLimits.NAME);
      refusal.unless(
          WellFormed.is(name), Rule.SYNTAX, "token", "half a character", "whole characters");
      letters -= name.length();
      refusal.unless(letters >= 0, Rule.LENGTH, "tokens", "longer", "<= " + TokenLimits.NAMES);
      return name;
    }

    private void require(JsonToken found, JsonToken expected, String what) throws IOException {
      refusal.unless(found == expected, Rule.SYNTAX, what, found, expected.toString());
    }
  }
}
