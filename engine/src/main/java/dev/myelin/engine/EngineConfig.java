package dev.myelin.engine;

/// How an engine runs.
///
/// @param threads how many threads compute, the caller's among them
/// @param context the most tokens of a sequence; 0 for as many as the model allows
/// @param chunk how many tokens are computed together at most; more take more scratch memory
public record EngineConfig(int threads, int context, int chunk) {
  /// @throws IllegalArgumentException if there is not at least one thread and one token in a chunk
  public EngineConfig {
    if (threads < 1 || context < 0 || chunk < 1) {
      throw new IllegalArgumentException(
          ("threads: " + threads + ", context: " + context + ", chunk: " + chunk)
              + " (expected: >= 1, >= 0, >= 1)");
    }
  }

  /// Returns one thread for each processor, the context of the model, and chunks of 256 tokens.
  public static EngineConfig defaults() {
    return new EngineConfig(Runtime.getRuntime().availableProcessors(), 0, 256);
  }

  /// Returns the same with another number of threads.
  public EngineConfig withThreads(int other) {
    return new EngineConfig(other, context, chunk);
  }

  /// Returns the same with another most number of tokens.
  public EngineConfig withContext(int other) {
    return new EngineConfig(threads, other, chunk);
  }
}
