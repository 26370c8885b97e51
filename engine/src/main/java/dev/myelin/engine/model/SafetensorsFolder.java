package dev.myelin.engine.model;

import static dev.myelin.engine.model.ModelFileException.shown;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.myelin.engine.WeightType;
import dev.myelin.engine.model.ModelFileException.Rule;
import dev.myelin.tensor.SafetensorsFile;
import dev.myelin.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;

/// A folder with `config.json` and safetensors: one file, or several with an index.
final class SafetensorsFolder implements AutoCloseable {
  static final String CONFIG = "config.json";

  private static final String SINGLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";
  private static final long LARGEST_JSON = 1 << 26;
  private static final int MOST_FILES = 1 << 12;
  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(32)
                          .maxDocumentLength(LARGEST_JSON)
                          .build())
                  .build())
          .build();

  private final List<SafetensorsFile> files = new ArrayList<>();
  private final Map<String, Weight> weights = new LinkedHashMap<>();

  private SafetensorsFolder() {}

  /// Opens the files that hold a weight whose name is wanted; the others need not be there.
  static SafetensorsFolder open(Path folder, Family family, Predicate<String> wanted)
      throws IOException {
    SafetensorsFolder opened = new SafetensorsFolder();
    try {
      for (Path file : files(folder, family, wanted)) {
        SafetensorsFile each = SafetensorsFile.open(file);
        opened.files.add(each);
        opened.add(each, family, wanted);
      }
      return opened;
    } catch (Throwable e) {
      opened.close();
      throw e;
    }
  }

  Map<String, Weight> weights() {
    return weights;
  }

  @Override
  public void close() {
    files.forEach(SafetensorsFile::close);
  }

  static JsonNode json(Path file) throws IOException {
    try {
      // As text: of bytes, the parser would guess the encoding.
      JsonNode node = JSON.readTree(text(file, LARGEST_JSON));
      if (node == null || !node.isObject()) {
        throw new ModelFileException(file, Rule.SYNTAX, "no object (expected: one)");
      }
      return node;
    } catch (JsonProcessingException e) {
      throw new ModelFileException(
          file, Rule.SYNTAX, shown(e.getOriginalMessage()) + " (expected: JSON)", e);
    }
  }

  /// Returns a file as text.
  ///
  /// @throws ModelFileException if it has more than `most` bytes, or they are no UTF-8
  static String text(Path file, long most) throws IOException {
    long size = Files.size(file);
    if (size > most) {
      throw new ModelFileException(
          file, Rule.LENGTH, "file: " + size + " bytes (expected: <= " + most + ")");
    }
    try {
      return Files.readString(file);
    } catch (CharacterCodingException e) {
      throw new ModelFileException(file, Rule.SYNTAX, "other bytes (expected: UTF-8)", e);
    }
  }

  private static Iterable<Path> files(Path folder, Family family, Predicate<String> wanted)
      throws IOException {
    Path index = folder.resolve(INDEX);
    if (Files.notExists(index)) {
      return List.of(folder.resolve(SINGLE));
    }
    JsonNode map = json(index).path("weight_map");
    TreeSet<Path> found = new TreeSet<>();
    for (Map.Entry<String, JsonNode> each : map.properties()) {
      String gguf = WeightNames.fromSafetensors(family, each.getKey()).orElse("");
      if (!gguf.isEmpty() && wanted.test(gguf)) {
        found.add(neighbour(index, each.getValue().asText()));
      }
    }
    if (found.isEmpty() || found.size() > MOST_FILES) {
      throw new ModelFileException(
          index,
          Rule.MISSING,
          "files: " + found.size() + " with layers of the shard (expected: 1.." + MOST_FILES + ")");
    }
    return found;
  }

  // A name from a file must not lead out of the folder.
  private static Path neighbour(Path index, String name) throws ModelFileException {
    boolean plain = name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,200}");
    if (!plain) {
      throw new ModelFileException(
          index, Rule.SYNTAX, "file: " + shown(name) + " (expected: a plain name)");
    }
    return index.resolveSibling(name);
  }

  private void add(SafetensorsFile file, Family family, Predicate<String> wanted)
      throws ModelFileException {
    for (SafetensorsFile.Entry entry : file.entries()) {
      String gguf = WeightNames.fromSafetensors(family, entry.name()).orElse("");
      if (gguf.isEmpty() || !wanted.test(gguf)) {
        continue;
      }
      Tensor tensor = file.tensor(entry);
      WeightType type =
          switch (entry.dtype()) {
            case F32 -> WeightType.F32;
            case F16 -> WeightType.F16;
            case BF16 -> WeightType.BF16;
            default ->
                throw new ModelFileException(
                    file.path(),
                    Rule.TYPE,
                    shown(entry.name()) + ": " + entry.dtype() + " (expected: F32, F16 or BF16)");
          };
      Weight weight = new Weight(gguf, type, entry.shape(), tensor.segment());
      if (weights.put(gguf, weight) != null) {
        throw new ModelFileException(
            file.path(), Rule.DUPLICATE, shown(entry.name()) + ": twice (expected: once)");
      }
    }
  }
}
