package dev.myelin.net.log;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Reads the messages of a [TopicStore] in order; used by one thread at a time.
public interface TopicReader extends AutoCloseable {
  /// Returns the next reading, or null if there was no new message in time.
  ///
  /// Waits for a new message at most for `limit`; passing over what the filter does not want does
  /// not count as waiting. An interrupt ends the wait. The caller owns the message that it gets.
  ///
  /// @throws dev.myelin.tensor.PoolExhaustedException if the pool has no room for a large part; the
  ///   message is read again by the next call
  /// @throws LogException.Corrupt if the message is damaged; so does each call until [#passDamage]
  /// @throws IllegalStateException if this or the store was closed
  @Nullable Reading next(Duration limit) throws IOException, InterruptedException;

  /// Passes over the damage at which [#next] throws, and returns what is lost; null if there is no
  /// damage here.
  Reading.@Nullable Lost passDamage() throws IOException;

  /// Returns the offset at which it goes on.
  long position();

  /// Ends it; twice is harmless.
  @Override
  void close();
}
