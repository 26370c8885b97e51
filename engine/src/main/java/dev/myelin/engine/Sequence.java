package dev.myelin.engine;

/// One conversation as an engine remembers it: keys and values of the tokens so far, in each layer
/// of its shard.
///
/// Belongs to the engine that began it. Not for two threads at once, nor while a batch with it
/// runs. The owner closes it; closing the engine ends it too.
public interface Sequence extends AutoCloseable {
  /// Returns how many tokens it remembers.
  int length();

  /// Returns how many tokens it may remember.
  int capacity();

  /// Returns a second sequence that remembers the same and goes its own way from here; owned by the
  /// caller. What both remember stands in memory once until one of them changes it.
  Sequence fork();

  /// Forgets all tokens but the first `length`.
  ///
  /// @throws IllegalArgumentException if it remembers fewer
  void truncate(int length);

  /// Forgets everything. Twice is harmless.
  @Override
  void close();
}
