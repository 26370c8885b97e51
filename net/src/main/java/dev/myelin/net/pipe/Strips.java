package dev.myelin.net.pipe;

import org.jspecify.annotations.Nullable;

/// Strips that are empty and will be used again. Guarded by its owner.
final class Strips {
  static final int MOST = 16;
  private static final long MOST_BYTES = 1 << 20;

  private final @Nullable Strip[] spare = new Strip[MOST];
  private int count;
  private long bytes;
  private long idle; // the fewest bytes they took since the last rest

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
    idle = Math.min(idle, bytes);
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

  /// Lets go of as many bytes as nobody needed since the last call, the largest strips first.
  void rest() {
    long excess = idle;
    int largest;
    while ((largest = largestWithin(excess)) >= 0) {
      Strip each = spare[largest];
      long capacity = each == null ? 0 : each.capacity();
      excess -= capacity;
      bytes -= capacity;
      count--;
      spare[largest] = spare[count];
      spare[count] = null;
    }
    idle = bytes;
  }

  private int largestWithin(long most) {
    int best = -1;
    int bestBytes = 0;
    for (int i = 0; i < count; i++) {
      Strip each = spare[i];
      if (each != null && each.capacity() <= most && each.capacity() > bestBytes) {
        best = i;
        bestBytes = each.capacity();
      }
    }
    return best;
  }
}
