package dev.myelin.cli;

import dev.myelin.engine.model.Model;
import dev.myelin.engine.text.ModelText;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

/// The text of a model on its way, while another thread loads the weights.
///
/// Owns the text, borrows the model.
final class Loading implements AutoCloseable {
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
    return Input.result(text);
  }

  /// Says at once when the files are not sound, so that nobody waits for weights in vain.
  ///
  /// @throws CommandException if the text is known to be lost
  void requireHope() {
    if (text.state() == Future.State.FAILED && text.exceptionNow() instanceof IOException failure) {
      throw new CommandException(
          ExitCodes.of(failure), String.valueOf(failure.getMessage()), failure);
    }
  }

  /// Waits until nothing of the model is read any more, and ends the text.
  @Override
  public void close() {
    boolean interrupted = false;
    while (!text.isDone()) {
      try {
        ModelText _ = text.get();
      } catch (ExecutionException e) {
        break; // Whoever asked for the text has been told.
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (text.state() == Future.State.SUCCESS) {
      text.resultNow().close();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
