package dev.myelin.engine.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Against onnxruntime and tokenizers in Python (src/test/python/embeddings.py).
@Timeout(120)
class MiniLmTest {
  private static MiniLm model;

  @BeforeAll
  static void open() throws IOException {
    model = MiniLm.open(2);
  }

  @AfterAll
  static void close() {
    model.close();
    model.close();
    assertThatThrownBy(() -> model.embed(List.of("x"))).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void cutsAsTokenizersDoes() throws IOException {
    WordPieces pieces;
    try (InputStream in = getClass().getResourceAsStream("/all-minilm-l6-v2-q-tokenizer.json")) {
      pieces = WordPieces.read(in);
    }
    for (JsonNode one : golden()) {
      int[] expected =
          IntStream.range(0, one.get("ids").size())
              .map(i -> one.get("ids").get(i).asInt())
              .toArray();
      String text = one.get("text").asText();
      assertThat(pieces.cut(text)).as(text).containsExactly(expected);
      int runs = Math.max(1, (expected.length + 253) / 254);
      assertThat(model.tokens(text)).isEqualTo(expected.length + 2 * runs);
    }
  }

  @Test
  void vectorsAreThoseOfTheModel() throws IOException {
    List<String> texts = new ArrayList<>();
    golden().forEach(one -> texts.add(one.get("text").asText()));
    List<float[]> vectors = model.embed(texts);
    int number = 0;
    for (JsonNode one : golden()) {
      float[] vector = vectors.get(number++);
      assertThat(vector).hasSize(model.dimensions());
      assertThat(Embedder.similarity(vector, vector)).isCloseTo(1, within(1e-6));
      // 1 to within 1e-5 where the processor is alike; rounding to 8 bits differs between kernels.
      assertThat(Embedder.similarity(vector, floats(one.get("vector"))))
          .as("%s", one.get("text"))
          .isCloseTo(1, within(0.01));
    }
  }

  @Test
  void aTextHasTheSameVectorWhateverStandsBesideIt() {
    float[] alone = model.embed(List.of("A dog runs.")).getFirst();
    String longer = "quite another text of another length ".repeat(20);
    assertThat(model.embed(List.of(longer, "A dog runs.")).getLast()).containsExactly(alone);
    assertThat(model.embed(List.of())).isEmpty();
  }

  @Test
  void whatMeansMuchTheSameIsNear() {
    List<float[]> vectors =
        model.embed(
            List.of(
                "A dog runs through the park.", "A puppy plays outside.", "Interest rates rose."));
    double near = Embedder.similarity(vectors.get(0), vectors.get(1));
    double far = Embedder.similarity(vectors.get(0), vectors.get(2));
    assertThat(near).isGreaterThan(0.4);
    assertThat(far).isLessThan(0.2);
    assertThatThrownBy(() -> Embedder.similarity(new float[3], vectors.get(0)))
        .hasMessage("dimensions: 384 (expected: 3)");
    assertThatThrownBy(() -> MiniLm.open(0)).hasMessage("threads: 0 (expected: >= 1)");
  }

  private static float[] floats(JsonNode list) {
    float[] found = new float[list.size()];
    for (int i = 0; i < found.length; i++) {
      found[i] = (float) list.get(i).asDouble();
    }
    return found;
  }

  private static JsonNode golden() throws IOException {
    try (InputStream in = MiniLmTest.class.getResourceAsStream("/golden/embeddings.json")) {
      return new ObjectMapper().readTree(in);
    }
  }
}
