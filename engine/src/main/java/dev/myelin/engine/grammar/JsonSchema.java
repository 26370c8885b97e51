package dev.myelin.engine.grammar;

import static dev.myelin.engine.grammar.Piece.call;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.myelin.engine.grammar.GrammarException.Rule;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Makes rules of a JSON schema: one rule for each object, list and choice, so that what is nested
/// stays shallow.
final class JsonSchema {
  private static final int DEEPEST = 100;
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  /// Keywords that say nothing of what is valid.
  private static final Set<String> REMARKS =
      Set.of(
          "title",
          "description",
          "default",
          "examples",
          "deprecated",
          "readOnly",
          "writeOnly",
          "$schema",
          "$id",
          "$anchor",
          "$comment",
          "$defs",
          "definitions");

  private static final Set<String> OF_TYPES =
      new TreeSet<>(
          Set.of(
              "type",
              "properties",
              "required",
              "additionalProperties",
              "items",
              "minItems",
              "maxItems",
              "uniqueItems",
              "minLength",
              "maxLength",
              "pattern",
              "format",
              "minimum",
              "maximum",
              "exclusiveMinimum",
              "exclusiveMaximum"));
  private static final List<String> ALONE =
      List.of("$ref", "const", "enum", "anyOf", "oneOf", "allOf");

  private static final Map<String, String> FORMATS =
      Map.of(
          "date",
          "^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|1\\d|2[0-8])$",
          "time",
          "^([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,9})?(Z|[+-]([01]\\d|2[0-3]):[0-5]\\d)$",
          "date-time",
          "^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|1\\d|2[0-8])T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d"
              + "(\\.\\d{1,9})?(Z|[+-]([01]\\d|2[0-3]):[0-5]\\d)$",
          "uuid",
          "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$");

  private final JsonNode root;
  private final RuleSet rules = new RuleSet();
  private final Map<String, String> references = new HashMap<>();
  private int made;
  private int depth;

  private JsonSchema(JsonNode root) {
    this.root = root;
  }

  static RuleSet rules(String json) {
    if (json.length() > GrammarText.LONGEST) {
      throw new GrammarException(
          Rule.SIZE,
          "schema: " + json.length() + " characters (expected: <= " + GrammarText.LONGEST + ")");
    }
    JsonSchema schema = new JsonSchema(read(json));
    JsonRules.addTo(schema.rules);
    schema.rules.add(RuleSet.ROOT, schema.reference("#", "#"));
    return schema.rules;
  }

  private static JsonNode read(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      String problem = "schema: " + e.getOriginalMessage() + " (expected: one JSON value)";
      if (e.getLocation() == null) {
        throw new GrammarException(Rule.SYNTAX, problem);
      }
      int line = e.getLocation().getLineNr();
      throw new GrammarException(Rule.SYNTAX, problem, line, e.getLocation().getColumnNr());
    } catch (NumberFormatException e) {
      String problem = "schema: " + e.getMessage() + " (expected: numbers that can be read)";
      throw new GrammarException(Rule.SYNTAX, problem);
    }
  }

  private Piece value(JsonNode schema, String path) {
    if (schema.isBoolean() && schema.booleanValue()) {
      return call(JsonRules.VALUE);
    }
    if (!schema.isObject()) {
      throw wrong(Rule.SYNTAX, "schema: " + schema.getNodeType(), path, "an object or true");
    }
    if (++depth > DEEPEST) {
      throw wrong(Rule.DEPTH, "schema: more than " + DEEPEST + " deep", path, "fewer");
    }
    schema.fieldNames().forEachRemaining(keyword -> requireKnown(keyword, path));
    Piece found = null;
    for (String keyword : ALONE) {
      if (schema.has(keyword)) {
        requireAlone(schema, keyword, path);
        found = alone(schema, keyword, path + "/" + keyword);
        break;
      }
    }
    found = found == null ? byType(schema, path) : found;
    depth--;
    return found;
  }

  private Piece alone(JsonNode schema, String keyword, String path) {
    JsonNode said = schema.get(keyword);
    return switch (keyword) {
      case "$ref" -> reference(said.asText(), path);
      case "const" -> literal(said);
      case "enum" -> {
        List<Piece> ways = new ArrayList<>();
        list(said, path).forEach(one -> ways.add(literal(one)));
        yield rule(new Piece.Choice(ways));
      }
      default -> {
        List<Piece> ways = new ArrayList<>();
        for (JsonNode one : list(said, path)) {
          ways.add(value(one, path + "/" + ways.size()));
        }
        if (keyword.equals("allOf") && ways.size() > 1) {
          throw wrong(Rule.UNSUPPORTED, "allOf: " + ways.size() + " schemas", path, "one");
        }
        yield rule(new Piece.Choice(ways));
      }
    };
  }

  private Piece byType(JsonNode schema, String path) {
    JsonNode type = schema.path("type");
    if (type.isArray()) {
      List<Piece> ways = new ArrayList<>();
      list(type, path + "/type").forEach(one -> ways.add(ofType(one.asText(), schema, path)));
      return rule(new Piece.Choice(ways));
    }
    return ofType(type.isMissingNode() ? likelyType(schema) : type.asText(), schema, path);
  }

  private static String likelyType(JsonNode schema) {
    if (schema.has("properties") || schema.has("required") || schema.has("additionalProperties")) {
      return "object";
    }
    if (schema.has("items") || schema.has("minItems") || schema.has("maxItems")) {
      return "array";
    }
    if (schema.has("pattern") || schema.has("format") || schema.has("minLength")) {
      return "string";
    }
    boolean bounded = schema.has("minimum") || schema.has("maximum");
    bounded |= schema.has("exclusiveMinimum") || schema.has("exclusiveMaximum");
    return bounded ? "number" : schema.has("maxLength") ? "string" : "any";
  }

  private Piece ofType(String type, JsonNode schema, String path) {
    return switch (type) {
      case "object" -> rule(object(schema, path));
      case "array" -> rule(array(schema, path));
      case "string" -> string(schema, path);
      case "integer", "number" -> number(schema, type.equals("integer"), path);
      case "boolean" -> Piece.choice(Piece.text("true"), Piece.text("false"));
      case "null" -> Piece.text("null");
      case "any" -> call(JsonRules.VALUE);
      default ->
          throw wrong(
              Rule.UNSUPPORTED,
              "type: " + GrammarException.shown(type),
              path,
              "object, array, string, integer, number, boolean or null");
    };
  }

  private Piece object(JsonNode schema, String path) {
    JsonNode others = schema.path("additionalProperties");
    boolean named = schema.has("properties") || schema.has("required");
    ObjectMembers members = new ObjectMembers(rules, "members-" + made++ + "-");
    Set<String> required = new LinkedHashSet<>();
    schema.path("required").forEach(name -> required.add(name.asText()));
    schema
        .path("properties")
        .properties()
        .forEach(
            entry -> {
              String name = entry.getKey();
              Piece value = value(entry.getValue(), path + "/properties/" + name);
              members.add(name, literal(name), value, required.remove(name));
            });
    for (String name : required) {
      if (others.isBoolean() && !others.booleanValue()) {
        throw wrong(Rule.ENDLESS, "required: " + GrammarException.shown(name), path, "a property");
      }
      Piece value =
          others.isObject() ? value(others, path + "/additionalProperties") : call(JsonRules.VALUE);
      members.add(name, literal(name), value, true);
    }
    boolean open = others.isObject() || others.asBoolean(!named);
    if (open) {
      members.open(
          others.isObject()
              ? value(others, path + "/additionalProperties")
              : call(JsonRules.VALUE));
    }
    return members.piece();
  }

  private Piece array(JsonNode schema, String path) {
    if (schema.path("uniqueItems").asBoolean(false)) {
      throw wrong(Rule.UNSUPPORTED, "keyword: 'uniqueItems'", path, "none or false");
    }
    JsonNode items = schema.path("items");
    int least = count(schema, "minItems", 0, path);
    int most = count(schema, "maxItems", -1, path);
    if (most >= 0 && most < least) {
      throw wrong(Rule.ENDLESS, "maxItems: " + most, path, ">= minItems");
    }
    if (most == 0) {
      return JsonRules.braced("[", Piece.EMPTY, "]");
    }
    Piece item = items.isMissingNode() ? call(JsonRules.VALUE) : value(items, path + "/items");
    return JsonRules.braced("[", JsonRules.list(rule(item), least, most), "]");
  }

  private Piece string(JsonNode schema, String path) {
    int least = count(schema, "minLength", 0, path);
    int most = count(schema, "maxLength", -1, path);
    boolean counted = schema.has("minLength") || schema.has("maxLength");
    String pattern = schema.has("pattern") ? schema.get("pattern").asText() : null;
    if (schema.has("format")) {
      String format = schema.get("format").asText();
      if (!FORMATS.containsKey(format) || pattern != null) {
        String found = "format: " + GrammarException.shown(format);
        String expected = "alone, one of " + new TreeSet<>(FORMATS.keySet());
        throw wrong(Rule.UNSUPPORTED, found, path, expected);
      }
      pattern = FORMATS.get(format);
    }
    if (pattern != null && counted) {
      throw wrong(Rule.UNSUPPORTED, "pattern or format: with a length", path, "one of them");
    }
    if (pattern != null) {
      return rule(JsonRules.quoted(PatternText.parse(pattern)));
    }
    if (most >= 0 && most < least) {
      throw wrong(Rule.ENDLESS, "maxLength: " + most, path, ">= minLength");
    }
    return counted
        ? rule(JsonRules.quoted(Piece.repeat(call(JsonRules.CHARACTER), least, most)))
        : call(JsonRules.STRING);
  }

  private Piece number(JsonNode schema, boolean whole, String path) {
    boolean low = schema.has("minimum") || schema.has("exclusiveMinimum");
    boolean high = schema.has("maximum") || schema.has("exclusiveMaximum");
    if (!low && !high) {
      return call(whole ? JsonRules.INTEGER : JsonRules.NUMBER);
    }
    long limit = whole ? WholeNumbers.MOST : 9_999_999_999_999_999L;
    Limit least = limit(schema, "minimum", "exclusiveMinimum", whole, path).within(-limit, limit);
    Limit most = limit(schema, "maximum", "exclusiveMaximum", whole, path).within(-limit, limit);
    Bounds bounds =
        new Bounds(
            low ? least.value : -limit,
            low && least.open,
            high ? most.value : limit,
            high && most.open);
    if (bounds.isEmpty() || (whole && bounds.isWithoutWhole())) {
      throw wrong(Rule.ENDLESS, "minimum and maximum: none between", path, "room");
    }
    return rule(whole ? bounds.whole() : bounds.numbers());
  }

  /// A bound, and whether it is left out itself.
  private record Limit(long value, boolean open) {
    Limit within(long low, long high) {
      return new Limit(Math.clamp(value, low, high), open);
    }
  }

  /// Returns the tighter of two bounds.
  private Limit limit(JsonNode schema, String closed, String open, boolean whole, String path) {
    boolean isLow = closed.equals("minimum");
    BigDecimal found = null;
    boolean isOpen = false;
    for (String keyword : new String[] {closed, open}) {
      JsonNode said = schema.path(keyword);
      if (said.isMissingNode()) {
        continue;
      }
      if (!said.isNumber()) {
        throw wrong(Rule.SYNTAX, keyword + ": " + said.getNodeType(), path, "a number");
      }
      BigDecimal value = said.decimalValue();
      int order = found == null ? 1 : isLow ? value.compareTo(found) : found.compareTo(value);
      if (order > 0 || (order == 0 && keyword.equals(open))) {
        found = value;
        isOpen = keyword.equals(open);
      }
    }
    return found == null ? new Limit(0, false) : rounded(found, isOpen, isLow, whole, path);
  }

  private Limit rounded(BigDecimal value, boolean open, boolean isLow, boolean whole, String path) {
    if (value.signum() == 0) {
      return new Limit(0, open);
    }
    long digits = (long) value.precision() - value.scale(); // before the point
    if (digits > 18) {
      return new Limit(value.signum() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE, false);
    }
    if (digits > 0 && value.stripTrailingZeros().scale() <= 0) {
      return new Limit(value.longValue(), open);
    }
    if (!whole) {
      throw wrong(Rule.UNSUPPORTED, "bound: " + value, path, "a whole number");
    }
    RoundingMode inwards = isLow ? RoundingMode.CEILING : RoundingMode.FLOOR;
    // How near it is to 0 does not matter; its scale may be too large to divide by.
    BigDecimal near = digits > 0 ? value : BigDecimal.valueOf(value.signum(), 1);
    return new Limit(near.setScale(0, inwards).longValue(), false);
  }

  private Piece reference(String target, String path) {
    String known = references.get(target);
    if (known != null) {
      return call(known);
    }
    if (!target.equals("#") && !target.startsWith("#/")) {
      String found = "$ref: " + GrammarException.shown(target);
      throw wrong(Rule.UNSUPPORTED, found, path, "# or #/$defs/NAME");
    }
    JsonNode found = root.at(target.substring(1));
    if (found.isMissingNode()) {
      throw wrong(Rule.UNDEFINED, "$ref: " + GrammarException.shown(target), path, "in the schema");
    }
    String name = "schema-" + made++;
    references.put(target, name);
    rules.add(name, value(found, target));
    return call(name);
  }

  private Piece rule(Piece piece) {
    String name = "part-" + made++;
    rules.add(name, piece);
    return call(name);
  }

  private static Piece literal(JsonNode value) {
    try {
      return Piece.text(JSON.writeValueAsString(value));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a value that was read cannot be written", e);
    }
  }

  private static Piece literal(String name) {
    return literal(JSON.getNodeFactory().textNode(name));
  }

  private JsonNode list(JsonNode node, String path) {
    if (!node.isArray() || node.isEmpty()) {
      throw wrong(Rule.SYNTAX, "value: " + node.getNodeType(), path, "a list that is not empty");
    }
    return node;
  }

  private int count(JsonNode schema, String keyword, int otherwise, String path) {
    JsonNode said = schema.path(keyword);
    if (said.isMissingNode()) {
      return otherwise;
    }
    if (!said.isInt() || said.intValue() < 0) {
      throw wrong(Rule.SYNTAX, keyword + ": " + said, path, "a whole number >= 0");
    }
    return said.intValue();
  }

  private void requireKnown(String keyword, String path) {
    if (!REMARKS.contains(keyword) && !OF_TYPES.contains(keyword) && !ALONE.contains(keyword)) {
      String found = "keyword: " + GrammarException.shown(keyword);
      throw wrong(Rule.UNSUPPORTED, found, path, "one of " + ALONE + ", " + OF_TYPES);
    }
  }

  private void requireAlone(JsonNode schema, String keyword, String path) {
    schema
        .fieldNames()
        .forEachRemaining(
            other -> {
              boolean harmless = other.equals("type") && Set.of("const", "enum").contains(keyword);
              if (!other.equals(keyword) && !REMARKS.contains(other) && !harmless) {
                String found = keyword + ": beside " + GrammarException.shown(other);
                throw wrong(Rule.UNSUPPORTED, found, path, "alone");
              }
            });
  }

  private static GrammarException wrong(Rule rule, String found, String path, String expected) {
    String place = path.length() > 100 ? path.substring(0, 100) + "…" : path;
    return new GrammarException(rule, found + " at " + place + " (expected: " + expected + ")");
  }
}
