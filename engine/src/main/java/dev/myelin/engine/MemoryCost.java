package dev.myelin.engine;

/// What an engine takes of memory, known before it is loaded.
///
/// @param weightBytes for weights, outside of the heap
/// @param scratchBytes for intermediate results, on the heap
/// @param cacheBytesPerToken for each token that a sequence remembers, on the heap
/// @param cachePageTokens by how many tokens the memory of a sequence grows
public record MemoryCost(
    long weightBytes, long scratchBytes, long cacheBytesPerToken, int cachePageTokens) {
  /// Returns everything together for that many sequences of that many tokens each.
  ///
  /// @throws ArithmeticException if it exceeds a long
  public long totalBytes(int sequences, int tokens) {
    long pages = Math.ceilDiv(tokens, cachePageTokens);
    long each = Math.multiplyExact(pages * cachePageTokens, cacheBytesPerToken);
    long caches = Math.multiplyExact(sequences, each);
    return Math.addExact(Math.addExact(weightBytes, scratchBytes), caches);
  }
}
