package dev.myelin.net;

import dev.myelin.wire.ByteSink;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;

/// Blocking output to a [Duplex]; the one place that writes to it.
///
/// Small units gather in a buffer on the heap and leave on [#flush], or in front of the next large
/// unit in the same system call. The lock is fair, so that frames of concurrent streams take turns.
final class DuplexSink implements ByteSink {
  private static final int BUFFER_BYTES = 16 << 10;

  private final Duplex duplex;

  /// The write lock: held across I/O, and nothing else is.
  private final ReentrantLock lock = new ReentrantLock(true);

  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES); // guarded by lock
  private final ByteBuffer[] gather = new ByteBuffer[2]; // guarded by lock
  private final ByteBuffer[] alone = {buffer}; // guarded by lock
  private final SegmentView view = new SegmentView(); // guarded by lock
  private volatile long sentNanos = System.nanoTime();
  private volatile boolean broken;

  DuplexSink(Duplex duplex) {
    this.duplex = duplex;
  }

  /// Returns when bytes last left.
  long sentNanos() {
    return sentNanos;
  }

  /// Returns whether some thread is writing now.
  boolean busy() {
    return lock.isLocked();
  }

  @Override
  public void write(MemorySegment head, MemorySegment body, long offset, long length)
      throws IOException {
    lock.lock();
    try {
      long headBytes = head.byteSize();
      if (headBytes + length > buffer.remaining()) {
        if (headBytes > buffer.remaining()) {
          drain();
        }
        writeLarge(head, body, offset, length);
        return;
      }
      append(head, 0, headBytes);
      append(body, offset, length);
    } catch (IOException | RuntimeException | Error e) {
      abandon(e);
      throw e;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void flush() throws IOException {
    lock.lock();
    try {
      drain();
    } catch (IOException | RuntimeException | Error e) {
      abandon(e);
      throw e;
    } finally {
      lock.unlock();
    }
  }

  private void writeLarge(MemorySegment head, MemorySegment body, long offset, long length)
      throws IOException {
    if (head.byteSize() > buffer.remaining()) {
      writeWindow(head, 0, head.byteSize());
    } else {
      append(head, 0, head.byteSize());
    }
    long done = 0;
    while (done < length) {
      done += writeWindow(body, offset + done, length - done);
    }
  }

  /// Writes the buffer and, in the same call, a part of the segment.
  private long writeWindow(MemorySegment segment, long offset, long length) throws IOException {
    ByteBuffer bytes = view.of(segment, offset, length);
    long count = bytes.remaining();
    buffer.flip();
    gather[0] = buffer;
    gather[1] = bytes;
    duplex.write(gather);
    buffer.clear();
    sentNanos = System.nanoTime();
    return count;
  }

  private void drain() throws IOException {
    if (buffer.position() == 0) {
      return;
    }
    buffer.flip();
    duplex.write(alone);
    buffer.clear();
    sentNanos = System.nanoTime();
  }

  private void append(MemorySegment segment, long offset, long length) {
    if (length > 0) {
      MemorySegment.copy(
          segment, offset, MemorySegment.ofArray(buffer.array()), buffer.position(), length);
      buffer.position(buffer.position() + (int) length);
    }
  }

  /// A frame that was begun cannot be taken back: nothing may follow half of one.
  private void abandon(Throwable cause) {
    broken = true;
    view.release();
    try {
      duplex.close();
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  /// Returns whether a write failed, so that the duplex was closed here.
  boolean broken() {
    return broken;
  }
}
