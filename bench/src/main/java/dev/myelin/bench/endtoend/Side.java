package dev.myelin.bench.endtoend;

import java.io.IOException;
import java.util.List;
import org.HdrHistogram.Histogram;

/// One half of a design, in a process of its own: the one that is dialled, or the one that dials.
///
/// Everything is called by one thread. Whatever is thrown ends the process, and the design counts
/// as failed.
interface Side extends AutoCloseable {
  /// Returns where the other half finds this one.
  default String address() {
    return "-";
  }

  /// Returns whether tensors lie in memory of the design's own, so that a task needs none.
  default boolean ownMemory() {
    return false;
  }

  /// Makes ready for a task, before the clock; the dialled half first.
  default void prepare(Task task, Memory memory) throws Exception {}

  /// Sends all and waits for the word, or takes all and gives the word.
  default void flow(Task task, Memory memory) throws Exception {
    throw new UnsupportedOperationException("flow (expected: a design that measures it)");
  }

  /// Sends and takes back, noting nanoseconds; or takes and sends back.
  default void trip(Task task, Memory memory, Histogram nanos) throws Exception {
    throw new UnsupportedOperationException("trip (expected: a design that measures it)");
  }

  /// As [#trip], while large tensors fill the same connection.
  default void beside(Task task, Memory memory, Histogram nanos) throws Exception {
    throw new UnsupportedOperationException("beside (expected: a design that measures it)");
  }

  /// Dials many, keeps them idle until all were weighed, then lets all work; or takes them in and
  /// answers.
  default void hold(Task task, Crowd crowd) throws Exception {
    throw new UnsupportedOperationException("connections (expected: a design that measures them)");
  }

  /// Returns what else the task told, if it is more than time.
  default List<Double> figures() {
    return List.of();
  }

  /// Gives back what the task held, after the clock.
  default void release() throws Exception {}

  @Override
  default void close() throws IOException {}
}
