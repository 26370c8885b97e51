package dev.myelin.net.log;

import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Puts records into a file: small ones gathered in a page, large native parts from where they lie.
/// Used by one thread at a time.
final class RecordWriter {
  private static final int PAGE_BYTES = 256 << 10;

  /// A native part up to this size is copied into the page.
  private static final int COPIED_BYTES = 16 << 10;

  private static final long WINDOW_BYTES = 1L << 30;

  private final ByteBuffer page = ByteBuffer.allocateDirect(PAGE_BYTES);
  private final MemorySegment pageMemory = MemorySegment.ofBuffer(page);
  private LogFile file;
  private int salt;
  private long at;

  RecordWriter(LogFile file, int salt, long at) {
    this.file = file;
    this.salt = salt;
    this.at = at;
  }

  /// Goes on in another file, at that position.
  void turnTo(LogFile other, int otherSalt, long position) {
    file = other;
    salt = otherSalt;
    at = position;
    page.clear();
  }

  int salt() {
    return salt;
  }

  /// Returns the checksum of a message's body.
  static int bodyCrc(Parts message) {
    CRC32C crc = new CRC32C();
    for (int i = 0; i < message.count(); i++) {
      int known = i == 0 ? RecordHead.topicBytes(message.size(0)) : 0;
      if (message.onHeap(i)) {
        byte[] bytes = message.bytes(i);
        crc.update(bytes, known, bytes.length - known);
      } else {
        MemorySegment part = message.segment(i);
        for (long done = known; done < part.byteSize(); done += WINDOW_BYTES) {
          crc.update(window(part, done));
        }
      }
    }
    return (int) crc.getValue();
  }

  /// Returns where the next record begins.
  long position() {
    return at + page.position();
  }

  /// Puts a record behind the others; [#drain] writes what this leaves in the page.
  void add(Parts message, RecordHead.Stamp stamp, int bodyCrc) throws IOException {
    if (page.remaining() < RecordHead.bytes(message)) {
      drain();
    }
    RecordHead.put(page, stamp, message, bodyCrc, salt);
    for (int i = 0; i < message.count(); i++) {
      body(message.segment(i), i == 0 ? RecordHead.topicBytes(message.size(0)) : 0);
    }
  }

  private void body(MemorySegment part, long from) throws IOException {
    long size = part.byteSize();
    long done = from;
    if (part.isNative() && size - from > COPIED_BYTES) {
      while (done < size) {
        ByteBuffer window = window(part, done);
        done += window.remaining();
        write(window);
      }
    }
    while (done < size) {
      if (!page.hasRemaining()) {
        drain();
      }
      int count = (int) Math.min(size - done, page.remaining());
      MemorySegment.copy(part, done, pageMemory, page.position(), count);
      page.position(page.position() + count);
      done += count;
    }
  }

  private static ByteBuffer window(MemorySegment part, long from) {
    return part.asSlice(from, Math.min(WINDOW_BYTES, part.byteSize() - from)).asByteBuffer();
  }

  /// Writes what is in the page.
  void drain() throws IOException {
    if (page.position() > 0) {
      write(null);
    }
  }

  private void write(@Nullable ByteBuffer behind) throws IOException {
    long bytes = page.position() + (behind == null ? 0L : behind.remaining());
    file.write(page.flip(), behind, at);
    page.clear();
    at += bytes;
  }

  /// Takes back everything from that position on.
  void rollBack(long position) throws IOException {
    page.clear();
    at = position;
    file.truncate(position);
  }
}
