package dev.myelin.bench.endtoend;

import java.io.IOException;
import java.time.Duration;

/// The two processes of a design, at work.
interface Pair extends AutoCloseable {
  /// Lets both do the task, and returns what it took.
  Sample run(Task task, Duration limit) throws IOException, InterruptedException;

  @Override
  void close();
}
