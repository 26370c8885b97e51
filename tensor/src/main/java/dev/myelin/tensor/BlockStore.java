package dev.myelin.tensor;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// All memory of a root pool and its children: what is out, and what waits to be used again.
///
/// Small requests are pieces of slabs; large ones are blocks of their own, rounded up to one of
/// eight sizes per doubling so that a freed block serves a request of about its size. Memory goes
/// back to the system when a request would not fit otherwise, and when more waits to be used again
/// than the busiest of the last moments would need. Not thread-safe: the pool holds its lock.
final class BlockStore {
  private static final long LARGEST_SLAB = 4L << 20;
  private static final long SMALLEST_SLAB = 64L << 10;
  private static final int SLABS_PER_LIMIT = 16;
  private static final int PIECES_PER_SLAB = 4;
  private static final int STEP_BITS = 3;
  private static final int CLASSES = (Long.SIZE - STEP_BITS) << STEP_BITS;
  private static final int LOOKS_IN_LOWER_CLASS = 8;

  /// How much may wait to be used again in any case, and how much more for each byte that was out.
  private static final long SPARE_BYTES = 32L << 20;

  private static final int SPARE_FACTOR = 2;

  /// How many tensors come back before an earlier peak is forgotten.
  private static final int EPOCH = 256;

  private final long limitBytes;
  private final long slabBytes;
  private final SlabHeap slabs = new SlabHeap();
  private final @Nullable ArrayDeque<Block>[] free = emptyClasses();
  private final MemorySource source;

  /// What must serve nobody again, but could not be given back to the system yet.
  private final ArrayDeque<Block> abandoned = new ArrayDeque<>();

  private long reserved;
  private long peak;
  private long earlierPeak;
  private int returns;

  BlockStore(long limitBytes, MemorySource source) {
    this.limitBytes = limitBytes;
    this.source = source;
    long share = Math.clamp(limitBytes / SLABS_PER_LIMIT, SMALLEST_SLAB, LARGEST_SLAB);
    this.slabBytes = Math.min(share, limitBytes);
  }

  long reserved() {
    return reserved;
  }

  /// Returns whether a request of that size is cut from a slab.
  boolean isSmall(long bytes) {
    return bytes <= slabBytes / PIECES_PER_SLAB;
  }

  /// Returns a piece of a slab, or null if there is none and no room for a further slab.
  SlabHeap.@Nullable Piece takePiece(long bytes) {
    SlabHeap.Piece piece = slabs.take(bytes);
    if (piece != null || !addSlab(bytes)) {
      return piece;
    }
    return slabs.take(bytes);
  }

  /// Returns a block that was used before and wastes at most an eighth, or null.
  @Nullable Block takeBlock(long bytes) {
    int index = ceilingClass(bytes);
    ArrayDeque<Block> fitting = free[index];
    if (fitting != null && !fitting.isEmpty()) {
      return fitting.pop();
    }
    return index == 0 ? null : takeOdd(free[index - 1], bytes);
  }

  /// Counts room for a new block and returns its size, or -1 if there is no room.
  ///
  /// The caller makes the block, without the lock since the system may take long.
  long reserveBlock(long bytes) {
    long rounded = classBytes(bytes);
    if (reserve(rounded)) {
      return rounded;
    }
    return reserve(bytes) ? bytes : -1;
  }

  /// Makes a block for which room was counted.
  Block makeBlock(long bytes) {
    return Block.of(source, bytes);
  }

  void unreserve(long bytes) {
    reserved -= bytes;
  }

  void givePiece(SlabHeap.Piece piece) {
    abandonBlock(slabs.give(piece));
  }

  /// Takes back a piece whose memory must not be used again, and neither the rest of its slab, so
  /// that the slab can go.
  void abandonPiece(SlabHeap.Piece piece) {
    abandonBlock(slabs.abandon(piece));
  }

  /// Gives a block back to the system, at once if that can be.
  void abandonBlock(@Nullable Block block) {
    if (block != null && !giveToSystem(block)) {
      abandoned.push(block);
    }
  }

  void giveBlock(Block block) {
    int index = floorClass(block.bytes());
    ArrayDeque<Block> same = free[index];
    if (same == null) {
      same = new ArrayDeque<>();
      free[index] = same;
    }
    same.push(block);
  }

  /// Notes that a tensor came back, and how much had been out until then; gives back to the system
  /// what that and the peaks before it do not justify keeping.
  void cameBack(long outstanding) {
    peak = Math.max(peak, outstanding);
    if (++returns == EPOCH) {
      returns = 0;
      earlierPeak = peak;
      peak = outstanding;
    }
    long keep = SPARE_BYTES + SPARE_FACTOR * Math.max(peak, earlierPeak);
    if (reserved > keep) {
      trimTo(keep);
    }
  }

  /// Gives everything that is not out back to the system.
  void trim() {
    trimTo(0);
  }

  static long classBytes(long bytes) {
    if (bytes < 1 << STEP_BITS) {
      return bytes;
    }
    long step = 1L << (Long.SIZE - 1 - Long.numberOfLeadingZeros(bytes) - STEP_BITS);
    return bytes > Long.MAX_VALUE - step ? bytes : (bytes + step - 1) & -step;
  }

  private boolean addSlab(long bytes) {
    long size = slabBytes & -SlabHeap.GRANULE;
    if (size < bytes || !reserve(size)) {
      size = (limitBytes - reserved) & -SlabHeap.GRANULE;
      if (size < bytes || !reserve(size)) {
        return false;
      }
    }
    try {
      slabs.add(makeBlock(size));
      return true;
    } catch (Throwable e) {
      reserved -= size;
      throw e;
    }
  }

  private boolean reserve(long bytes) {
    if (bytes > limitBytes) {
      return false;
    }
    if (bytes > limitBytes - reserved) {
      trimTo(limitBytes - bytes);
    }
    if (bytes > limitBytes - reserved) {
      return false;
    }
    reserved += bytes;
    return true;
  }

  private void trimTo(long target) {
    trimClass(abandoned, target);
    for (int index = CLASSES - 1; index >= 0 && reserved > target; index--) {
      trimClass(free[index], target);
    }
    while (reserved > target) {
      Block block = slabs.removeFree();
      if (block == null) {
        return;
      }
      if (!giveToSystem(block)) {
        slabs.add(block);
        return;
      }
    }
  }

  private void trimClass(@Nullable ArrayDeque<Block> same, long target) {
    int count = same == null ? 0 : same.size();
    for (int i = 0; same != null && i < count && reserved > target; i++) {
      Block block = same.removeLast();
      if (!giveToSystem(block)) {
        same.push(block);
      }
    }
  }

  // A block that was given back while a system call still used it cannot be closed yet; it stays.
  private boolean giveToSystem(Block block) {
    try {
      block.close();
    } catch (IllegalStateException e) {
      return false;
    }
    reserved -= block.bytes();
    return true;
  }

  private static @Nullable Block takeOdd(@Nullable ArrayDeque<Block> blocks, long bytes) {
    if (blocks == null) {
      return null;
    }
    int looks = 0;
    for (Block each : blocks) {
      if (each.bytes() >= bytes) {
        blocks.remove(each);
        return each;
      }
      if (++looks == LOOKS_IN_LOWER_CLASS) {
        return null;
      }
    }
    return null;
  }

  private static int floorClass(long bytes) {
    if (bytes < 1 << STEP_BITS) {
      return (int) bytes;
    }
    int doublings = Long.SIZE - 1 - Long.numberOfLeadingZeros(bytes) - STEP_BITS;
    return (doublings << STEP_BITS) + (int) (bytes >>> doublings);
  }

  private static int ceilingClass(long bytes) {
    return floorClass(classBytes(bytes));
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static @Nullable ArrayDeque<Block>[] emptyClasses() {
    return new ArrayDeque[CLASSES];
  }
}
