package dev.myelin.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A random model of two thousand weights with a vocabulary of single letters.
final class TinyModel {
  private static final Path SOURCE =
      Path.of("..", "engine", "src", "test", "resources", "golden", "families", "llama2");

  private TinyModel() {}

  /// Makes its folder of safetensors.
  static Path folder(Path parent) throws IOException {
    Path folder = Files.createDirectories(parent.resolve("tiny"));
    for (String name : List.of("config.json", "model.safetensors")) {
      Files.copy(SOURCE.resolve(name), folder.resolve(name));
    }
    StringBuilder vocabulary = new StringBuilder();
    for (char letter = '!'; letter <= '~'; letter++) {
      String text = letter == '"' || letter == '\\' ? "\\" + letter : String.valueOf(letter);
      vocabulary.append('"').append(text).append("\": ").append(letter - '!').append(", ");
    }
    Files.writeString(
        folder.resolve("tokenizer.json"),
        """
        {"version": "1.0", "truncation": null, "padding": null, "normalizer": null,
         "added_tokens": [{"id": 95, "content": "<|end|>", "special": true, "single_word": false,
                           "lstrip": false, "rstrip": false, "normalized": false}],
         "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true,
                           "use_regex": true},
         "post_processor": null,
         "decoder": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true,
                     "use_regex": true},
         "model": {"type": "BPE", "vocab": {%s"\u0120": 94}, "merges": []}}
        """
            .formatted(vocabulary));
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"eos_token\": \"<|end|>\"}");
    return folder;
  }

  /// Makes it as one GGUF file.
  static Path file(Path parent) throws IOException {
    Path file = parent.resolve("tiny.gguf");
    Terminal terminal = new Terminal();
    int code = terminal.run("models", "convert", folder(parent).toString(), file.toString());
    if (code != ExitCodes.OK) {
      throw new AssertionError(terminal.err());
    }
    return file;
  }
}
