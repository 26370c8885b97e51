package dev.myelin.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/// Reads that end when somebody presses Ctrl-C: a keyboard and a pipe hear no interrupt, so that a
/// thread of its own waits for them and may be left behind.
final class Input {
  private Input() {}

  /// Returns what was read; an interrupt ends the wait.
  static <T> T read(Callable<T> source) throws IOException, InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("stopped");
    }
    FutureTask<T> task = new FutureTask<>(source);
    Thread.ofPlatform().daemon().name("my-input").start(task);
    return result(task);
  }

  /// Returns what another thread found, or throws what it threw; an interrupt ends the wait.
  static <T> T result(Future<T> task) throws IOException, InterruptedException {
    try {
      return task.get();
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    }
  }

  /// Returns what made a reader fail, to be thrown; throws it itself if it is none of input.
  static IOException failure(@Nullable Throwable cause) {
    if (cause instanceof RuntimeException failure) {
      throw failure;
    }
    if (cause instanceof Error failure) {
      throw failure;
    }
    if (cause instanceof IOException failure) {
      return failure;
    }
    throw new IllegalStateException(cause);
  }
}
