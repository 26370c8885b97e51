package dev.myelin.cli;

import dev.myelin.engine.model.Model;
import dev.myelin.engine.text.ModelText;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// The text of a model on its way, while another thread loads the weights.
final class Loading {
  private final FutureTask<ModelText> text;

  private Loading(FutureTask<ModelText> text) {
    this.text = text;
  }

  static Loading begin(Model model) {
    Loading loading = new Loading(new FutureTask<>(() -> ModelText.of(model)));
    Thread.ofPlatform().daemon().name("my-text").start(loading.text);
    return loading;
  }

  /// Waits until it is there; an interrupt ends the wait.
  ModelText text() throws IOException, InterruptedException {
    try {
      return text.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException failure -> throw failure;
        case RuntimeException failure -> throw failure;
        case Error failure -> throw failure;
        case null, default -> throw new IllegalStateException(e);
      }
    }
  }
}
