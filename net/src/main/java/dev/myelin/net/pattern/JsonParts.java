package dev.myelin.net.pattern;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.Parts;
import java.io.IOException;

/// JSON as parts of messages: trees of values, never objects of a class that a peer could choose.
public final class JsonParts {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private JsonParts() {}

  /// Returns a message of one part, the value as JSON.
  public static Parts of(JsonNode value) {
    return Parts.of(bytes(value));
  }

  /// Returns a value as JSON in UTF-8.
  public static byte[] bytes(JsonNode value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of JSON values could not be written", e);
    }
  }

  /// Returns the value of a text.
  ///
  /// @throws IllegalArgumentException if it is not JSON
  public static JsonNode parse(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("text: not JSON: " + e.getOriginalMessage(), e);
    }
  }

  /// Returns the value of a part; the message stays the caller's.
  ///
  /// @throws PeerException.Malformed if it is not one value of JSON in UTF-8
  public static JsonNode read(Parts message, int part) throws IOException {
    try {
      JsonNode value = MAPPER.readTree(message.bytes(part));
      if (value.isMissingNode()) {
        throw new PeerException.Malformed("json", 0, "part " + part + ": empty (expected: JSON)");
      }
      return value;
    } catch (JsonProcessingException e) {
      long at = e.getLocation() == null ? 0 : Math.max(0, e.getLocation().getByteOffset());
      throw new PeerException.Malformed(
          "json", at, "part " + part + ": not JSON (expected: JSON): " + e.getOriginalMessage());
    }
  }
}
