package dev.myelin.net.log;

import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.parts.Parts;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// A segment's file as it is read: heads, bodies, and the next good record behind a bad one. Used
/// by one thread at a time.
final class SegmentInput implements Closeable {
  private static final int BUFFER_BYTES = 64 << 10;
  private static final long WINDOW_BYTES = 1L << 30;

  private final Path path;
  private final FileChannel channel;
  private ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).limit(0);
  private long bufferAt;
  private long size;
  private SegmentHead head = new SegmentHead(0, 0);

  private SegmentInput(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /// Opens a segment.
  ///
  /// @throws LogException.Corrupt if its head is damaged, or tells another first offset
  static SegmentInput open(Storage storage, Path path, long base) throws IOException {
    SegmentInput input = new SegmentInput(path, storage.open(path, StandardOpenOption.READ));
    try {
      input.size = input.channel.size();
      int there = input.fetch(0, (int) Math.min(input.size, SegmentHead.BYTES));
      SegmentHead found =
          SegmentHead.decode(input.buffer.duplicate().position(there).limit(input.buffer.limit()));
      if (found == null || found.base() != base) {
        throw new LogException.Corrupt(path, 0, "head of a segment is damaged");
      }
      input.head = found;
      return input;
    } catch (IOException | RuntimeException e) {
      input.channel.close();
      throw e;
    }
  }

  int salt() {
    return head.salt();
  }

  /// Returns the size of the file as of when that was last looked at.
  long size() {
    return size;
  }

  /// Looks how large the file is now.
  long freshSize() throws IOException {
    size = channel.size();
    return size;
  }

  /// Forgets what was read ahead, because it may have changed.
  void forget() {
    buffer.limit(0);
  }

  /// Returns the head at that position; null if there is no good one, or less than its whole
  /// record.
  @Nullable RecordHead head(long position) throws IOException {
    if (size - position < RecordHead.FIXED_BYTES
        && freshSize() - position < RecordHead.FIXED_BYTES) {
      return null;
    }
    int at = fetch(position, RecordHead.FIXED_BYTES);
    int measured = RecordHead.measure(buffer, at, size - position);
    if (measured < 0 && freshSize() > position) {
      measured = RecordHead.measure(buffer, at, size - position);
    }
    if (measured < RecordHead.FIXED_BYTES + Long.BYTES) {
      return null;
    }
    at = fetch(position, measured);
    return RecordHead.get(buffer, at, measured, head.salt());
  }

  /// Returns the position of the first good head at or behind `from` whose offset is not below
  /// `least`; -1 if there is none.
  long search(long from, long least) throws IOException {
    long position = from;
    freshSize();
    while (size - position >= RecordHead.FIXED_BYTES) {
      int at = fetch(position, RecordHead.FIXED_BYTES);
      int last = buffer.limit() - Integer.BYTES;
      while (at <= last && buffer.getInt(at) != RecordHead.MAGIC) {
        at++;
      }
      position = bufferAt + at;
      RecordHead found = at <= last ? head(position) : null;
      if (found != null && found.offset() >= least) {
        return position;
      }
      position += at <= last ? 1 : 0;
    }
    return -1;
  }

  /// Returns whether the body of a record is as it was written.
  boolean hasGoodBody(long position, RecordHead record) throws IOException {
    CRC32C crc = new CRC32C();
    long at = position + record.bodyAt();
    long end = position + record.length();
    while (at < end) {
      int index = fetch(at, 1);
      int count = (int) Math.min(end - at, buffer.limit() - index);
      crc.update(buffer.duplicate().position(index).limit(index + count));
      at += count;
    }
    return (int) crc.getValue() == record.bodyCrc();
  }

  /// Returns the message of a record, owned by the caller.
  ///
  /// @throws LogException.Corrupt if its body is damaged
  /// @throws dev.myelin.tensor.PoolExhaustedException if the pool has no room for it
  Parts message(long position, RecordHead record, TensorPool pool) throws IOException {
    try (Pieces pieces = new Pieces(record.parts(), pool)) {
      CRC32C crc = new CRC32C();
      long at = position + record.bodyAt() - record.topic().length;
      for (int i = 0; i < record.parts(); i++) {
        part(record, i, at, pieces, crc);
        at += record.size(i);
      }
      if ((int) crc.getValue() != record.bodyCrc()) {
        throw new LogException.Corrupt(
            path, position, "body of record " + record.offset() + " is damaged");
      }
      return pieces.join();
    }
  }

  private void part(RecordHead record, int part, long at, Pieces pieces, CRC32C crc)
      throws IOException {
    long bytes = record.size(part);
    int known = part == 0 ? record.topic().length : 0;
    if (Pieces.fitsHeap(bytes)) {
      byte[] target = pieces.heap(part, bytes);
      int index = fetch(at, target.length);
      buffer.get(index, target);
      crc.update(target, known, target.length - known);
      return;
    }
    MemorySegment target = pieces.pooled(part, bytes).segment();
    fill(target, at);
    for (long done = known; done < bytes; done += WINDOW_BYTES) {
      crc.update(window(target, done));
    }
  }

  private void fill(MemorySegment target, long at) throws IOException {
    long done = 0;
    if (at >= bufferAt && at < bufferAt + buffer.limit()) {
      long index = at - bufferAt;
      done = Math.min(buffer.limit() - index, target.byteSize());
      MemorySegment.copy(
          MemorySegment.ofBuffer(buffer.duplicate().clear()), index, target, 0, done);
    }
    while (done < target.byteSize()) {
      int count = channel.read(window(target, done), at + done);
      if (count <= 0) {
        throw new LogException.Corrupt(path, at + done, "file ends within a record");
      }
      done += count;
    }
  }

  private static ByteBuffer window(MemorySegment segment, long from) {
    return segment.asSlice(from, Math.min(WINDOW_BYTES, segment.byteSize() - from)).asByteBuffer();
  }

  /// Makes bytes of the file be in the buffer, and returns at which index.
  private int fetch(long position, int count) throws IOException {
    if (position >= bufferAt && position + count <= bufferAt + buffer.limit()) {
      return (int) (position - bufferAt);
    }
    if (count > buffer.capacity()) {
      buffer = ByteBuffer.allocateDirect(count);
    }
    buffer.clear();
    bufferAt = position;
    while (buffer.position() < count) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        int found = buffer.position();
        buffer.limit(0);
        throw new LogException.Corrupt(path, position + found, "file ends within a record");
      }
    }
    buffer.flip();
    return 0;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
