package dev.myelin.cli;

import dev.myelin.engine.Engine;
import dev.myelin.engine.EngineConfig;

/// The pieces in which a long prompt goes in, because a command can be stopped only between two.
final class Pieces {
  // As many as an engine computes at once, so that pieces of a small model change nothing.
  private static final int MOST = EngineConfig.defaults().chunk();
  // With fewer the weights are read more often than the computing hides.
  private static final int LEAST = 16;
  // What two slow processors compute in a second or so: bytes of weights times tokens.
  private static final long BRIEF = 32_000_000_000L;

  private Pieces() {}

  /// Returns how many tokens such a piece has at most.
  static int size(Engine engine) {
    return size(engine.cost().weightBytes());
  }

  /// Returns it for a model of that size: the same on every machine, because other pieces give
  /// other last bits.
  static int size(long weightBytes) {
    int size = MOST;
    while (size > LEAST && weightBytes > BRIEF / size) {
      size /= 2;
    }
    return size;
  }
}
