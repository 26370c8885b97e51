package dev.myelin.it;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Threads that work beside a test and whose failures are the test's.
final class Crew implements AutoCloseable {
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Future<?>> work = new ArrayList<>();

  /// Work that may fail.
  @FunctionalInterface
  interface Task {
    void run() throws Exception;
  }

  void run(Task task) {
    work.add(
        threads.submit(
            () -> {
              task.run();
              return null;
            }));
  }

  /// Waits for all and throws what the first that failed threw.
  void join() throws Exception {
    for (Future<?> each : work) {
      try {
        each.get();
      } catch (ExecutionException e) {
        throw e.getCause() instanceof Exception cause ? cause : e;
      }
    }
    work.clear();
  }

  /// Interrupts what still runs and waits until it has ended.
  @Override
  public void close() {
    threads.shutdownNow();
    threads.close();
  }
}
