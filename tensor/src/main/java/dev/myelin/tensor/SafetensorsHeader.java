package dev.myelin.tensor;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.myelin.tensor.SafetensorsFile.Entry;
import dev.myelin.tensor.TensorFileException.Rule;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The JSON header of a safetensors file, read as a stream so that a hostile one costs little.
final class SafetensorsHeader {
  static final String METADATA = "__metadata__";
  static final int LENGTH_BYTES = 8;
  static final long LARGEST = 100_000_000;

  private static final int LARGEST_RANK = 64;
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(4)
                  .maxNumberLength(20)
                  .maxNameLength(1 << 16)
                  .maxStringLength(1 << 24)
                  .maxDocumentLength(LARGEST)
                  .build())
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .build();

  final List<Entry> entries;
  final Map<String, String> metadata;

  private SafetensorsHeader(List<Entry> entries, Map<String, String> metadata) {
    this.entries = entries;
    this.metadata = metadata;
  }

  /// Reads the header; `dataOffset` is where the tensors start and `fileBytes` where they end.
  static SafetensorsHeader parse(Path file, Reader text, long dataOffset, long fileBytes)
      throws IOException {
    try (JsonParser json = JSON.createParser(text)) {
      return new Reading(file, json, dataOffset, fileBytes).header();
    } catch (JsonProcessingException e) {
      JsonLocation place = e.getLocation();
      long at = LENGTH_BYTES + (place == null ? 0 : Math.max(0, place.getCharOffset()));
      throw new TensorFileException(
          file, Rule.SYNTAX, at, "header: " + e.getOriginalMessage() + " (expected: JSON)", e);
    } catch (CharacterCodingException e) {
      throw new TensorFileException(
          file, Rule.SYNTAX, LENGTH_BYTES, "header: other bytes (expected: UTF-8)", e);
    }
  }

  static void write(JsonGenerator json, List<Entry> entries, Map<String, String> metadata)
      throws IOException {
    json.writeStartObject();
    if (!metadata.isEmpty()) {
      json.writeObjectFieldStart(METADATA);
      for (Map.Entry<String, String> each : metadata.entrySet()) {
        json.writeStringField(each.getKey(), each.getValue());
      }
      json.writeEndObject();
    }
    for (Entry entry : entries) {
      json.writeObjectFieldStart(entry.name());
      json.writeStringField("dtype", entry.dtype().name());
      json.writeArrayFieldStart("shape");
      for (long dim : entry.shape().toArray()) {
        json.writeNumber(dim);
      }
      json.writeEndArray();
      json.writeArrayFieldStart("data_offsets");
      json.writeNumber(entry.offset());
      json.writeNumber(entry.offset() + entry.byteSize());
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  static JsonFactory json() {
    return JSON;
  }

  /// One pass over the tokens of a header.
  private static final class Reading {
    private final Path file;
    private final JsonParser json;
    private final long dataOffset;
    private final long fileBytes;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private @Nullable Map<String, String> metadata;

    Reading(Path file, JsonParser json, long dataOffset, long fileBytes) {
      this.file = file;
      this.json = json;
      this.dataOffset = dataOffset;
      this.fileBytes = fileBytes;
    }

    SafetensorsHeader header() throws IOException {
      require(json.nextToken() == JsonToken.START_OBJECT, "header: no object");
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        if (name.equals(METADATA)) {
          if (metadata != null) {
            throw duplicate(name);
          }
          metadata = texts();
        } else if (entries.put(name, entry(name)) != null) {
          throw duplicate(name);
        }
      }
      require(json.nextToken() == null, "header: more than one object");
      List<Entry> ordered = new ArrayList<>(entries.values());
      ordered.sort(Comparator.comparingLong(Entry::offset).thenComparingLong(Entry::byteSize));
      checkLayout(ordered);
      return new SafetensorsHeader(
          List.copyOf(ordered), metadata == null ? Map.of() : Map.copyOf(metadata));
    }

    private Map<String, String> texts() throws IOException {
      Map<String, String> found = new HashMap<>();
      require(json.nextToken() == JsonToken.START_OBJECT, METADATA + ": no object");
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String key = json.currentName();
        require(json.nextToken() == JsonToken.VALUE_STRING, METADATA + ": a value that is no text");
        if (found.put(key, json.getText()) != null) {
          throw duplicate(key);
        }
      }
      return found;
    }

    private Entry entry(String name) throws IOException {
      require(json.nextToken() == JsonToken.START_OBJECT, shown(name) + ": no object");
      DType dtype = null;
      Shape shape = null;
      List<Long> offsets = null;
      Set<String> seen = new HashSet<>();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        if (!seen.add(field)) {
          throw duplicate(field);
        }
        switch (field) {
          case "dtype" -> dtype = dtype(name);
          case "shape" -> shape = shape(name);
          case "data_offsets" -> offsets = numbers(name, 2);
          default -> throw syntax(shown(name) + ": field " + shown(field));
        }
      }
      if (dtype == null || shape == null || offsets == null || offsets.size() != 2) {
        throw syntax(shown(name) + ": fields " + seen + ", two data_offsets");
      }
      return entry(name, dtype, shape, offsets);
    }

    private Entry entry(String name, DType dtype, Shape shape, List<Long> offsets)
        throws TensorFileException {
      long from = offsets.get(0);
      long to = offsets.get(1);
      long room = fileBytes - dataOffset;
      if (from > to || to > room) {
        throw error(
            Rule.LAYOUT,
            shown(name) + ": bytes " + from + ".." + to + " (expected: within " + room + ")");
      }
      long bytes = bytes(name, dtype, shape);
      if (bytes != to - from) {
        throw error(
            Rule.LENGTH,
            (shown(name) + ": " + (to - from) + " bytes")
                + (" (expected: " + bytes + " for " + dtype + shape + ")"));
      }
      return new Entry(name, dtype, shape, dataOffset + from, bytes);
    }

    private long bytes(String name, DType dtype, Shape shape) throws TensorFileException {
      try {
        return dtype.bytesFor(shape.elements());
      } catch (IllegalArgumentException e) {
        throw error(Rule.SHAPE, shown(name) + ": " + e.getMessage());
      }
    }

    private DType dtype(String name) throws IOException {
      require(json.nextToken() == JsonToken.VALUE_STRING, shown(name) + ": dtype that is no text");
      String text = json.getText();
      return switch (text) {
        case "F64" -> DType.F64;
        case "F32" -> DType.F32;
        case "F16" -> DType.F16;
        case "BF16" -> DType.BF16;
        case "I64" -> DType.I64;
        case "I32" -> DType.I32;
        case "I16" -> DType.I16;
        case "I8" -> DType.I8;
        case "U64" -> DType.U64;
        case "U32" -> DType.U32;
        case "U16" -> DType.U16;
        case "U8" -> DType.U8;
        case "BOOL" -> DType.BOOL;
        default ->
            throw error(
                Rule.DTYPE,
                (shown(name) + ": dtype " + shown(text))
                    + " (expected: F64 F32 F16 BF16 I64-I8 U64-U8 BOOL)");
      };
    }

    private Shape shape(String name) throws IOException {
      List<Long> dims = numbers(name, LARGEST_RANK);
      try {
        return Shape.of(dims.stream().mapToLong(Long::longValue).toArray());
      } catch (IllegalArgumentException e) {
        throw error(Rule.SHAPE, shown(name) + ": " + e.getMessage());
      }
    }

    private List<Long> numbers(String name, int most) throws IOException {
      List<Long> found = new ArrayList<>();
      require(json.nextToken() == JsonToken.START_ARRAY, shown(name) + ": no array");
      while (json.nextToken() != JsonToken.END_ARRAY) {
        boolean whole =
            json.currentToken() == JsonToken.VALUE_NUMBER_INT
                && json.getNumberType() != JsonParser.NumberType.BIG_INTEGER
                && json.getLongValue() >= 0;
        if (!whole || found.size() == most) {
          throw error(
              Rule.SHAPE,
              (shown(name) + ": " + shown(String.valueOf(json.getText())))
                  + (" (expected: at most " + most + " whole numbers within a long)"));
        }
        found.add(json.getLongValue());
      }
      return found;
    }

    private void checkLayout(List<Entry> ordered) throws TensorFileException {
      long end = dataOffset;
      for (Entry each : ordered) {
        if (each.offset() != end) {
          throw new TensorFileException(
              file,
              Rule.LAYOUT,
              each.offset(),
              (shown(each.name()) + ": starts " + (each.offset() < end ? "inside" : "beyond"))
                  + (" the end of the one before (expected: at " + end + ")"));
        }
        end += each.byteSize();
      }
      if (end != fileBytes) {
        throw new TensorFileException(
            file, Rule.LAYOUT, end, (fileBytes - end) + " bytes of no tensor (expected: none)");
      }
    }

    private void require(boolean sound, String problem) throws TensorFileException {
      if (!sound) {
        throw syntax(problem);
      }
    }

    private TensorFileException syntax(String problem) {
      return error(
          Rule.SYNTAX, problem + " (expected: an object of name: {dtype, shape, data_offsets})");
    }

    private TensorFileException duplicate(String name) {
      return error(Rule.DUPLICATE, shown(name) + ": twice (expected: once)");
    }

    private TensorFileException error(Rule rule, String problem) {
      long at = Math.max(0, json.currentLocation().getCharOffset());
      return new TensorFileException(file, rule, LENGTH_BYTES + at, problem);
    }

    private static String shown(String text) {
      String part = text.length() > 60 ? text.substring(0, 60) + "…" : text;
      return "'" + part.replaceAll("\\p{Cntrl}", "?") + "'";
    }
  }
}
