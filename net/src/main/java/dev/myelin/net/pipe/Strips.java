package dev.myelin.net.pipe;

import org.jspecify.annotations.Nullable;

/// Strips that are empty and will be used again. Guarded by its owner.
final class Strips {
  static final int MOST = 16;
  private static final long MOST_BYTES = 1 << 20;

  private final @Nullable Strip[] spare = new Strip[MOST];
  private int count;
  private long bytes;

  /// Returns an empty strip for at least so many bytes.
  Strip take(int least) {
    int best = -1;
    int bestBytes = Integer.MAX_VALUE;
    for (int i = 0; i < count; i++) {
      Strip each = spare[i];
      if (each != null && each.capacity() >= least && each.capacity() < bestBytes) {
        best = i;
        bestBytes = each.capacity();
      }
    }
    Strip found = best < 0 ? null : spare[best];
    if (found == null) {
      return new Strip(least);
    }
    count--;
    spare[best] = spare[count];
    spare[count] = null;
    bytes -= bestBytes;
    return found;
  }

  /// Takes back a strip that nobody uses any more.
  void give(Strip strip) {
    if (count < MOST && bytes + strip.capacity() <= MOST_BYTES) {
      strip.clear();
      spare[count++] = strip;
      bytes += strip.capacity();
    }
  }

  /// Returns how many bytes they take.
  long bytes() {
    return bytes;
  }

  /// Lets go of all of them.
  void clear() {
    for (int i = 0; i < count; i++) {
      spare[i] = null;
    }
    count = 0;
    bytes = 0;
  }
}
