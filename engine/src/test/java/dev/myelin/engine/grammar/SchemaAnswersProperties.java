package dev.myelin.engine.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.myelin.engine.sample.Sampler;
import dev.myelin.engine.sample.SamplingOptions;
import dev.myelin.testkit.Property;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Random schemas: what the masks let through is valid, and what is valid is let through.
@Timeout(300)
class SchemaAnswersProperties {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String[] WORDS = {
    "\"",
    "\": ",
    ", \"",
    "{\"",
    "\"}",
    "[1",
    "]",
    "}",
    "true",
    "false",
    "null",
    "10",
    "alpha",
    "beta",
    "a",
    "\u00e9\u20ac",
    "\\u00",
    "\\n",
    "\n  ",
    " \"",
    "1.5",
    "e+1",
    "\\\"",
    "}]}",
  };

  @Test
  void whatTheMasksLetThroughIsValid() {
    TokenTrie trie = TokenTrie.of(ListedTokens.bytesAnd(WORDS));
    ListedTokens tokens = ListedTokens.bytesAnd(WORDS);
    Property.check(
        60,
        random -> {
          JsonNode schema = schema(random, 3);
          TokenMasks masks = TokenMasks.of(Grammar.ofSchema(schema.toString()), trie);
          SamplingOptions options = SamplingOptions.defaults().withSeed(random.nextLong());
          String text = answer(masks, tokens, Sampler.of(options), random);
          assertThat(isValid(schema, JSON.readTree(text))).as("%s: %s", schema, text).isTrue();
        });
  }

  @Test
  void whatIsValidIsLetThrough() {
    Property.check(
        300,
        random -> {
          JsonNode schema = schema(random, 3);
          JsonNode value = value(schema, random);
          assertThat(isValid(schema, value)).as("%s: %s", schema, value).isTrue();
          Grammar grammar = Grammar.ofSchema(schema.toString());
          assertThat(grammar.matches(value.toString())).as("%s: %s", schema, value).isTrue();
          assertThat(grammar.matches(value.toPrettyString())).as("%s", value).isTrue();
        });
  }

  /// Draws an answer, more and more in favour of what closes.
  private static String answer(
      TokenMasks masks, ListedTokens tokens, Sampler inner, RandomGenerator random) {
    GrammarSampler sampler = GrammarSampler.of(masks, inner);
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    for (int i = 0; i < 3000; i++) {
      float[] logits = new float[tokens.vocabulary()];
      for (int token = 0; token < logits.length; token++) {
        String word = new String(tokens.bytes(token), StandardCharsets.ISO_8859_1);
        boolean closes = token == 0 || "\"}]".contains(word);
        logits[token] = random.nextFloat() + (closes ? i / 20f : 0) + (token > 257 ? 2 : 0);
      }
      int token = sampler.choose(logits);
      if (token == ListedTokens.END) {
        return text.toString(StandardCharsets.UTF_8);
      }
      text.writeBytes(tokens.bytes(token));
    }
    throw new AssertionError("no end: " + text.toString(StandardCharsets.UTF_8));
  }

  private static JsonNode schema(RandomGenerator random, int depth) throws JsonProcessingException {
    return switch (random.nextInt(depth == 0 ? 6 : 9)) {
      case 0 -> read("{'type':'boolean'}");
      case 1 -> read("{'type':'string'}");
      case 2 -> read("{'type':'string','minLength':" + random.nextInt(3) + ",'maxLength':5}");
      case 3 -> read("{'type':'integer','minimum':" + random.nextInt(-50, 50) + ",'maximum':77}");
      case 4 -> read("{'type':'number','exclusiveMinimum':" + random.nextInt(-9, 9) + "}");
      case 5 -> read("{'enum':['alpha',10,null,'\\n\u00e9']}");
      case 6 -> {
        ObjectNode list = JSON.createObjectNode().put("type", "array");
        list.put("minItems", random.nextInt(3)).put("maxItems", 3);
        yield list.set("items", schema(random, depth - 1));
      }
      case 7 -> {
        ObjectNode choice = JSON.createObjectNode();
        choice.putArray("anyOf").add(schema(random, depth - 1)).add(schema(random, depth - 1));
        yield choice;
      }
      default -> {
        ObjectNode object = JSON.createObjectNode().put("type", "object");
        ObjectNode members = object.putObject("properties");
        ArrayNode required = object.putArray("required");
        for (String name : List.of("a", "ab", "\u00e9\"")) {
          members.set(name, schema(random, depth - 1));
          if (random.nextBoolean()) {
            required.add(name);
          }
        }
        object.put("additionalProperties", random.nextBoolean());
        yield object;
      }
    };
  }

  private static JsonNode value(JsonNode schema, RandomGenerator random)
      throws JsonProcessingException {
    if (schema.has("enum")) {
      return schema.get("enum").get(random.nextInt(schema.get("enum").size()));
    }
    if (schema.has("anyOf")) {
      return value(schema.get("anyOf").get(random.nextInt(2)), random);
    }
    return switch (schema.get("type").asText()) {
      case "boolean" -> JSON.getNodeFactory().booleanNode(random.nextBoolean());
      case "integer" -> {
        int low = schema.get("minimum").intValue();
        yield JSON.getNodeFactory().numberNode(random.nextInt(low, 78));
      }
      case "number" -> {
        int low = schema.get("exclusiveMinimum").intValue();
        yield JSON.readTree(
            String.format(java.util.Locale.ROOT, "%.3f", low + 0.5 + random.nextInt(99)));
      }
      case "string" -> {
        StringBuilder text = new StringBuilder();
        int most = schema.has("maxLength") ? 5 : 20;
        for (int i = random.nextInt(schema.path("minLength").asInt(0), most + 1); i > 0; i--) {
          text.appendCodePoint("a\"\\\n\u0001\u00e9\u20ac/~".charAt(random.nextInt(9)));
        }
        yield JSON.getNodeFactory().textNode(text.toString());
      }
      case "array" -> {
        ArrayNode list = JSON.createArrayNode();
        for (int i = random.nextInt(schema.get("minItems").intValue(), 4); i > 0; i--) {
          list.add(value(schema.get("items"), random));
        }
        yield list;
      }
      default -> members(schema, random);
    };
  }

  private static JsonNode members(JsonNode schema, RandomGenerator random)
      throws JsonProcessingException {
    List<String> required = new ArrayList<>();
    schema.get("required").forEach(name -> required.add(name.asText()));
    ObjectNode object = JSON.createObjectNode();
    for (var entry : schema.get("properties").properties()) {
      if (required.contains(entry.getKey()) || random.nextBoolean()) {
        object.set(entry.getKey(), value(entry.getValue(), random));
      }
    }
    if (schema.get("additionalProperties").booleanValue() && random.nextBoolean()) {
      object.putArray("abc").addObject().put("x", 1.5);
    }
    return object;
  }

  private static boolean isValid(JsonNode schema, JsonNode value) {
    if (schema.has("enum")) {
      for (JsonNode one : schema.get("enum")) {
        if (one.equals(value)) {
          return true;
        }
      }
      return false;
    }
    if (schema.has("anyOf")) {
      return isValid(schema.get("anyOf").get(0), value)
          || isValid(schema.get("anyOf").get(1), value);
    }
    return switch (schema.get("type").asText()) {
      case "boolean" -> value.isBoolean();
      case "integer" ->
          value.isInt()
              && value.intValue() >= schema.get("minimum").intValue()
              && value.intValue() <= 77;
      case "number" ->
          value.isNumber() && value.doubleValue() > schema.get("exclusiveMinimum").doubleValue();
      case "string" -> {
        int length = value.asText().codePointCount(0, value.asText().length());
        yield value.isTextual()
            && length >= schema.path("minLength").asInt(0)
            && length <= schema.path("maxLength").asInt(Integer.MAX_VALUE);
      }
      case "array" -> {
        boolean fits = value.isArray() && value.size() >= schema.get("minItems").intValue();
        fits &= value.size() <= 3;
        for (JsonNode one : value) {
          fits &= isValid(schema.get("items"), one);
        }
        yield fits;
      }
      default -> isValidObject(schema, value);
    };
  }

  private static boolean isValidObject(JsonNode schema, JsonNode value) {
    boolean fits = value.isObject();
    for (JsonNode name : schema.get("required")) {
      fits &= value.has(name.asText());
    }
    for (var entry : value.properties()) {
      JsonNode member = schema.get("properties").get(entry.getKey());
      fits &=
          member == null
              ? schema.get("additionalProperties").booleanValue()
              : isValid(member, entry.getValue());
    }
    return fits;
  }

  private static JsonNode read(String text) throws JsonProcessingException {
    return JSON.readTree(text.replace('\'', '"'));
  }
}
