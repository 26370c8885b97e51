package dev.myelin.wire.asoc;

/// Numbers by stream id, which is never 0.
///
/// A table of its own because a map would allocate a key and a number for every frame.
final class AsocCounts {
  private static final int FIRST_SLOTS = 8;

  // Open addressing: id 0 marks a free slot; never more than half full.
  private int[] ids = new int[FIRST_SLOTS];
  private long[] counts = new long[FIRST_SLOTS];
  private int size;

  /// Adds to the number of a stream, which is 0 at first; returns what it was.
  long add(int id, long more) {
    int slot = slot(id);
    if (ids[slot] == 0) {
      if (2 * (size + 1) > ids.length) {
        grow();
        slot = slot(id);
      }
      ids[slot] = id;
      size++;
    }
    long was = counts[slot];
    counts[slot] = was + more;
    return was;
  }

  /// Forgets a stream and returns its number; 0 if it had none.
  long remove(int id) {
    int slot = slot(id);
    long count = counts[slot];
    if (ids[slot] == 0) {
      return count;
    }
    clear(slot);
    // Whoever was pushed on by a neighbour must not stand behind a gap.
    for (int at = next(slot); ids[at] != 0; at = next(at)) {
      int moved = ids[at];
      long value = counts[at];
      clear(at);
      add(moved, value);
    }
    return count;
  }

  private void clear(int slot) {
    ids[slot] = 0;
    counts[slot] = 0;
    size--;
  }

  /// Returns where the stream stands, or else where it would.
  private int slot(int id) {
    int slot = (id * 0x9E3779B9) >>> (Integer.numberOfLeadingZeros(ids.length) + 1);
    while (ids[slot] != 0 && ids[slot] != id) {
      slot = next(slot);
    }
    return slot;
  }

  private int next(int slot) {
    return (slot + 1) & (ids.length - 1);
  }

  private void grow() {
    int[] oldIds = ids;
    long[] oldCounts = counts;
    ids = new int[2 * oldIds.length];
    counts = new long[2 * oldIds.length];
    size = 0;
    for (int i = 0; i < oldIds.length; i++) {
      if (oldIds[i] != 0) {
        add(oldIds[i], oldCounts[i]);
      }
    }
  }
}
