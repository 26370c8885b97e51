package dev.myelin.examples;

import dev.myelin.engine.EngineConfig;
import dev.myelin.engine.decoder.VectorEngine;
import dev.myelin.engine.model.Model;
import dev.myelin.engine.sample.Generator;
import dev.myelin.engine.sample.Sampler;
import dev.myelin.engine.text.ModelText;
import dev.myelin.engine.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/// How do I let a language model go on with a text? With `--add-modules=jdk.incubator.vector`,
/// which makes it many times as fast.
public final class RunModel {
  private RunModel() {}

  /// Prints what the model says after a prompt, while it says it.
  ///
  /// @param arguments a GGUF file or a folder of safetensors, and the prompt
  public static void main(String... arguments) throws IOException {
    goOn(Path.of(arguments[0]), arguments[1], RunModel::print);
  }

  static void goOn(Path file, String prompt, Consumer<String> use) throws IOException {
    try (Model model = Model.open(file);
        ModelText text = ModelText.of(model);
        VectorEngine engine = VectorEngine.load(model, EngineConfig.defaults());
        Generator answer = Generator.open(engine, text.tokenizer(), Sampler.greedy(), 256)) {
      Tokenizer.Decoder decoder = text.tokenizer().continuation();
      int token = answer.next(text.tokenizer().encode(prompt));
      for (; answer.length() < 256 && !text.tokenizer().isEnd(token); token = answer.next()) {
        use.accept(decoder.append(token));
      }
      use.accept(decoder.end());
    }
  }

  private static void print(String piece) {
    System.out.print(piece);
    System.out.flush();
  }
}
