package dev.myelin.engine.sample;

/// Numbers from a seed, the same on every machine: SplitMix64.
///
/// The state grows by the 64-bit golden ratio; a number is the state, mixed by two multiplications.
final class SeededGenerator {
  private static final long GOLDEN_RATIO = 0x9e3779b97f4a7c15L;

  private long state;

  SeededGenerator(long seed) {
    this.state = seed;
  }

  /// Returns a number of at least 0 and below 1, of 53 bits.
  double nextShare() {
    return (nextLong() >>> 11) * 0x1p-53;
  }

  long nextLong() {
    state += GOLDEN_RATIO;
    long mixed = (state ^ (state >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }
}
