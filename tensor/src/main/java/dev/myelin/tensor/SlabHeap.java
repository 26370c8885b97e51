package dev.myelin.tensor;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Small pieces cut from slabs; neighbours that are free grow together again.
///
/// Not thread-safe: the store that owns it holds its lock.
final class SlabHeap {
  // Free pieces stand in bins by size, eight bins per doubling, the last bit of precision dropped.
  // A bit map of the bins that hold something makes the search for a fit a matter of two shifts.
  // A piece is put into the bin that its size reaches; a request looks from the bin that its size
  // does not exceed, so whatever it finds there is large enough.
  static final long GRANULE = 64;
  private static final int STEPS = 8;
  private static final int STEP_BITS = 3;
  private static final int BINS = 256;
  private static final int LOOKS_IN_LOWER_BIN = 16;

  private final @Nullable Piece[] bins = new @Nullable Piece[BINS];
  private final long[] filled = new long[BINS / Long.SIZE];
  private final List<Slab> slabs = new ArrayList<>();

  /// Returns a piece of at least that size out of what is there, or null.
  @Nullable Piece take(long bytes) {
    long granules = (bytes + GRANULE - 1) / GRANULE;
    Piece piece = find(granules);
    if (piece == null) {
      return null;
    }
    unlink(piece);
    piece.slab.used++;
    if (piece.granules > granules) {
      split(piece, granules);
    }
    return piece;
  }

  /// Takes a piece back; returns the memory of its slab if that was abandoned and is empty now.
  @Nullable Block give(Piece piece) {
    Slab slab = piece.slab;
    slab.used--;
    if (slab.abandoned) {
      return removeEmpty(slab);
    }
    giveTogether(piece);
    return null;
  }

  /// Takes a piece back and cuts no more from its slab; returns the memory of the slab if that is
  /// empty now.
  @Nullable Block abandon(Piece piece) {
    Slab slab = piece.slab;
    slab.used--;
    if (!slab.abandoned) {
      slab.abandoned = true;
      for (Piece each = piece.previous; each != null; each = each.previous) {
        unlinkFree(each);
      }
      for (Piece each = piece.next; each != null; each = each.next) {
        unlinkFree(each);
      }
    }
    return removeEmpty(slab);
  }

  private @Nullable Block removeEmpty(Slab slab) {
    if (slab.used > 0) {
      return null;
    }
    slabs.remove(slab);
    return slab.block;
  }

  private void unlinkFree(Piece piece) {
    if (piece.free) {
      unlink(piece);
    }
  }

  private void giveTogether(Piece piece) {
    Piece merged = piece;
    Piece next = piece.next;
    if (next != null && next.free) {
      unlink(next);
      absorbNext(merged, next);
    }
    Piece previous = piece.previous;
    if (previous != null && previous.free) {
      unlink(previous);
      absorbNext(previous, merged);
      merged = previous;
    }
    link(merged);
  }

  void add(Block block) {
    Slab slab = new Slab(block);
    slabs.add(slab);
    link(new Piece(slab, 0, block.bytes() / GRANULE));
  }

  /// Removes and returns the memory of a slab that is wholly free, or null.
  @Nullable Block removeFree() {
    for (int i = slabs.size() - 1; i >= 0; i--) {
      Slab slab = slabs.get(i);
      if (slab.used == 0) { // and not abandoned, or it would be gone
        slabs.remove(i);
        unlinkOnly(slab);
        return slab.block;
      }
    }
    return null;
  }

  private void unlinkOnly(Slab slab) {
    for (Piece head : bins) {
      for (Piece each = head; each != null; each = each.nextFree) {
        if (each.slab == slab) {
          unlink(each);
          return;
        }
      }
    }
  }

  private @Nullable Piece find(long granules) {
    int lowest = ceilingBin(granules);
    for (int word = lowest / Long.SIZE; word < filled.length; word++) {
      long bits = filled[word];
      if (word == lowest / Long.SIZE) {
        bits &= -1L << (lowest % Long.SIZE);
      }
      if (bits != 0) {
        return bins[word * Long.SIZE + Long.numberOfTrailingZeros(bits)];
      }
    }
    return findInLowerBin(granules);
  }

  private @Nullable Piece findInLowerBin(long granules) {
    Piece each = bins[floorBin(granules)];
    for (int looks = 0; each != null && looks < LOOKS_IN_LOWER_BIN; looks++) {
      if (each.granules >= granules) {
        return each;
      }
      each = each.nextFree;
    }
    return null;
  }

  private void split(Piece piece, long granules) {
    Piece rest = new Piece(piece.slab, piece.offset + granules, piece.granules - granules);
    piece.granules = granules;
    rest.next = piece.next;
    rest.previous = piece;
    if (rest.next != null) {
      rest.next.previous = rest;
    }
    piece.next = rest;
    link(rest);
  }

  private static void absorbNext(Piece piece, Piece next) {
    piece.granules += next.granules;
    piece.next = next.next;
    if (next.next != null) {
      next.next.previous = piece;
    }
  }

  private void link(Piece piece) {
    int bin = floorBin(piece.granules);
    Piece head = bins[bin];
    piece.free = true;
    piece.previousFree = null;
    piece.nextFree = head;
    if (head != null) {
      head.previousFree = piece;
    }
    bins[bin] = piece;
    filled[bin / Long.SIZE] |= 1L << (bin % Long.SIZE);
  }

  private void unlink(Piece piece) {
    int bin = floorBin(piece.granules);
    piece.free = false;
    if (piece.nextFree != null) {
      piece.nextFree.previousFree = piece.previousFree;
    }
    if (piece.previousFree != null) {
      piece.previousFree.nextFree = piece.nextFree;
    } else {
      bins[bin] = piece.nextFree;
      if (piece.nextFree == null) {
        filled[bin / Long.SIZE] &= ~(1L << (bin % Long.SIZE));
      }
    }
    piece.nextFree = null;
    piece.previousFree = null;
  }

  private static int floorBin(long granules) {
    if (granules < STEPS) {
      return (int) granules;
    }
    int doublings = Long.SIZE - 1 - Long.numberOfLeadingZeros(granules) - STEP_BITS;
    int step = (int) (granules >>> doublings) - STEPS;
    return Math.min(BINS - 1, STEPS + doublings * STEPS + step);
  }

  private static int ceilingBin(long granules) {
    if (granules < STEPS) {
      return (int) granules;
    }
    int doublings = Long.SIZE - 1 - Long.numberOfLeadingZeros(granules) - STEP_BITS;
    return floorBin(granules + (1L << doublings) - 1);
  }

  /// A slab and how many of its pieces are out.
  static final class Slab {
    final Block block;
    int used;
    boolean abandoned;

    Slab(Block block) {
      this.block = block;
    }
  }

  /// A run of granules of a slab, free or out.
  static final class Piece {
    final Slab slab;
    final long offset;
    long granules;
    boolean free;
    @Nullable Piece previous;
    @Nullable Piece next;
    @Nullable Piece previousFree;
    @Nullable Piece nextFree;

    Piece(Slab slab, long offset, long granules) {
      this.slab = slab;
      this.offset = offset;
      this.granules = granules;
    }

    MemorySegment memory(long bytes) {
      return slab.block.memory(offset * GRANULE, bytes);
    }
  }
}
