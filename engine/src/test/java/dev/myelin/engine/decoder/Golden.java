package dev.myelin.engine.decoder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Objects;

/// What transformers says of a small random model of a family.
final class Golden {
  final Path path;
  final int[] prompt;
  final int[] tokens;
  final int[] places;
  final float[][] logits;
  final int[] far;
  final float[] last;

  private Golden(Path path, JsonNode json) {
    this.path = path;
    this.prompt = ints(json.get("prompt"));
    this.places = ints(json.get("places"));
    this.logits = new float[places.length][];
    for (int i = 0; i < places.length; i++) {
      logits[i] = floats(json.get("logits").get(i));
    }
    this.tokens = ints(json.path("tokens"));
    this.far = ints(json.path("far"));
    this.last = floats(json.path("last"));
  }

  static Golden of(String family) throws IOException {
    Path folder = resource("golden/families/" + family);
    return new Golden(folder, new ObjectMapper().readTree(folder.resolve("golden.json").toFile()));
  }

  /// Returns what is said of a model that is one file.
  static Golden ofFile(String name) throws IOException {
    Path file = resource("golden/" + name + ".json");
    return new Golden(
        resource("golden/" + name + ".gguf"), new ObjectMapper().readTree(file.toFile()));
  }

  static Path resource(String name) {
    URL found = Golden.class.getClassLoader().getResource(name);
    try {
      return Path.of(Objects.requireNonNull(found, name).toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  private static int[] ints(JsonNode list) {
    int[] found = new int[list.size()];
    for (int i = 0; i < found.length; i++) {
      found[i] = list.get(i).asInt();
    }
    return found;
  }

  private static float[] floats(JsonNode list) {
    float[] found = new float[list.size()];
    for (int i = 0; i < found.length; i++) {
      found[i] = (float) list.get(i).asDouble();
    }
    return found;
  }
}
