package dev.myelin.engine.model;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A GGUF file with another vocabulary, for tests.
public final class OtherVocabulary {
  private static final String KEYS = "tokenizer.ggml.";

  private OtherVocabulary() {}

  /// Writes a model anew with these tokens of sentence pieces, all of one type and equal score.
  ///
  /// @param type of GGUF: 1 for text, 3 for marks, 4 for words
  public static void write(Path source, Path target, List<String> tokens, int type)
      throws IOException {
    try (Model model = Model.open(source)) {
      GgufFields fields = model.metadata().copy();
      int[] types = new int[tokens.size()];
      Arrays.fill(types, type);
      fields.text(KEYS + "model", "llama");
      fields.texts(KEYS + "tokens", tokens);
      fields.wholes(KEYS + "token_type", types);
      fields.numbers(KEYS + "scores", new float[tokens.size()]);
      List<Conversion.Part> parts = new ArrayList<>();
      for (Weight each : model.weights()) {
        parts.add(new Conversion.Part(each.name(), each.shape(), each.type(), each, null));
      }
      new GgufWriter(model, fields, parts).write(target, _ -> {});
    }
  }
}
