package dev.myelin.net.log;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Where some of the records of a segment begin: the first, and then about one in 64 KiB.
///
/// Safe for one thread that adds and others that ask. Its file, all numbers with the high byte
/// first:
///
/// ```
///  0         8      12       20         28      32
///  +---------+------+--------+----------+-------+--------------------------------+--------+
///  | MYIDX 1 | salt | bytes  | lastTime | count | count × offset, time, position | CRC-32C|
///  +---------+------+--------+----------+-------+--------------------------------+--------+
/// ```
///
/// `salt` and `bytes` are those of the segment it was made of; it counts only for that one. Without
/// it, the segment is read.
final class SparseIndex {
  /// How far records in it are apart at least.
  static final int SPACING = 64 << 10;

  private static final long MAGIC = 0x4D59494458000001L;
  private static final int HEAD_BYTES = 32;
  private static final int ENTRY_BYTES = 24;
  private static final int FIRST_ENTRIES = 16;

  private long[] offsets = new long[FIRST_ENTRIES]; // all guarded by this
  private long[] times = new long[FIRST_ENTRIES];
  private long[] positions = new long[FIRST_ENTRIES];
  private int count;
  private long lastTime = Long.MIN_VALUE;

  /// Notes a record, which comes behind all others.
  synchronized void add(long offset, long time, long position) {
    lastTime = time;
    if (count > 0 && position - positions[count - 1] < SPACING) {
      return;
    }
    if (count == offsets.length) {
      offsets = Arrays.copyOf(offsets, 2 * count);
      times = Arrays.copyOf(times, 2 * count);
      positions = Arrays.copyOf(positions, 2 * count);
    }
    offsets[count] = offset;
    times[count] = time;
    positions[count++] = position;
  }

  /// Forgets all records from that position on.
  synchronized void cut(long position, long newLastTime) {
    while (count > 0 && positions[count - 1] >= position) {
      count--;
    }
    lastTime = newLastTime;
  }

  /// Returns the position of the last record in it whose offset is not above; of the first record
  /// of a segment if there is none.
  synchronized long floor(long offset) {
    int at = Arrays.binarySearch(offsets, 0, count, offset);
    int found = at >= 0 ? at : -at - 2;
    return found < 0 ? SegmentHead.BYTES : positions[found];
  }

  /// Returns the position of the last record in it that is older than that time, otherwise as
  /// [#floor].
  synchronized long floorOfTime(long time) {
    int found = count - 1;
    while (found >= 0 && times[found] >= time) {
      found--;
    }
    return found < 0 ? SegmentHead.BYTES : positions[found];
  }

  /// Returns the time of the first record; `otherwise` if there is none.
  synchronized long firstTime(long otherwise) {
    return count == 0 ? otherwise : times[0];
  }

  /// Returns the time of the last record; the least long if there is none.
  synchronized long lastTime() {
    return lastTime;
  }

  /// Returns the bytes of its file.
  synchronized byte[] encode(int salt, long bytes) {
    ByteBuffer out = ByteBuffer.allocate(HEAD_BYTES + count * ENTRY_BYTES + Integer.BYTES);
    out.putLong(MAGIC).putInt(salt).putLong(bytes).putLong(lastTime).putInt(count);
    for (int i = 0; i < count; i++) {
      out.putLong(offsets[i]).putLong(times[i]).putLong(positions[i]);
    }
    return out.putInt(crc(out.array())).array();
  }

  /// Returns the index that these bytes of a file are; null if they are not one of that segment.
  static @Nullable SparseIndex decode(byte[] file, int salt, long bytes) {
    if (file.length < HEAD_BYTES + Integer.BYTES) {
      return null;
    }
    ByteBuffer in = ByteBuffer.wrap(file);
    boolean ours = in.getLong() == MAGIC && in.getInt() == salt && in.getLong() == bytes;
    SparseIndex index = new SparseIndex();
    long lastTime = in.getLong();
    int count = in.getInt();
    boolean fits =
        count >= 0 && file.length == HEAD_BYTES + (long) count * ENTRY_BYTES + Integer.BYTES;
    if (!ours || !fits || in.getInt(file.length - Integer.BYTES) != crc(file)) {
      return null;
    }
    for (int i = 0; i < count; i++) {
      index.add(in.getLong(), in.getLong(), in.getLong());
    }
    index.cut(bytes, lastTime);
    return index;
  }

  private static int crc(byte[] file) {
    CRC32C crc = new CRC32C();
    crc.update(file, 0, file.length - Integer.BYTES);
    return (int) crc.getValue();
  }
}
