package dev.myelin.net;

import dev.myelin.wire.ByteSink;
import dev.myelin.wire.Precedence;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Blocking output to a [Duplex]; the one place that writes to it.
///
/// Small units gather in a buffer; whoever holds the pen writes all of it in one call, in front of
/// its own large unit if it has one, while the others fill a second buffer. So threads that send at
/// the same time share system calls, a lone unit leaves at once, and a small unit waits for one
/// large one at most, whatever its class.
final class DuplexSink implements ByteSink {
  /// Up to this size a unit is copied into the buffer; larger ones are written from where they lie.
  static final int SMALL_BYTES = 16 << 10;

  private final Duplex duplex;

  /// Guards the fields below; never held across I/O.
  private final ReentrantLock lock = new ReentrantLock();

  /// Signalled when bytes of the buffer have left.
  private final Condition progress = lock.newCondition();

  private final Turns turns = new Turns(lock);
  private final Breath breath = new Breath();
  private Page filling = new Page(0); // guarded by lock
  private Page spare = new Page(0); // guarded by lock
  private boolean penTaken; // guarded by lock
  private long gathered; // guarded by lock: all bytes that were ever put into a buffer
  private long left; // guarded by lock: those of them that have left
  private int waiting; // guarded by lock: threads that wait for bytes of a buffer to leave

  // Of whoever holds the pen.
  private final ByteBuffer[] both = new ByteBuffer[2];
  private final ByteBuffer[] alone = new ByteBuffer[1];
  private final SegmentView view = new SegmentView();
  private Page leaving = spare;
  private long leavingUpTo;
  private boolean hurry; // somebody waits for what is on the page

  private volatile long sentNanos = System.nanoTime();
  private volatile boolean broken;

  /// Whoever holds the pen for more than a unit; set and cleared by that thread alone.
  private volatile @Nullable Thread alonePen;

  /// How much of what gathered somebody waits for.
  private enum Part {
    /// All of it.
    ALL,
    /// Enough to make room.
    SOME
  }

  /// Bytes that gather, and then leave.
  private static final class Page {
    final MemorySegment segment;
    final ByteBuffer buffer;
    int size;

    Page(int capacity) {
      buffer = ByteBuffer.allocate(capacity);
      segment = MemorySegment.ofArray(buffer.array());
    }

    int capacity() {
      return buffer.capacity();
    }
  }

  DuplexSink(Duplex duplex) {
    this.duplex = duplex;
  }

  /// Returns when bytes last left.
  long sentNanos() {
    return sentNanos;
  }

  /// Returns whether some thread is writing now.
  boolean busy() {
    lock.lock();
    try {
      return penTaken;
    } finally {
      lock.unlock();
    }
  }

  /// Returns how many threads wait for small units to leave.
  int waiting() {
    lock.lock();
    try {
      return waiting;
    } finally {
      lock.unlock();
    }
  }

  /// Returns how many threads wait with a large unit.
  int queued() {
    lock.lock();
    try {
      return turns.queued();
    } finally {
      lock.unlock();
    }
  }

  /// Returns whether a write failed, so that the duplex was closed here.
  boolean broken() {
    return broken;
  }

  @Override
  public void write(MemorySegment head, MemorySegment body, long offset, long length)
      throws IOException {
    write(Precedence.CONTROL, head, body, offset, length);
  }

  @Override
  public void write(
      Precedence precedence, MemorySegment head, MemorySegment body, long offset, long length)
      throws IOException {
    if (Thread.currentThread().equals(alonePen)) {
      writeAtOnce(head, body, offset, length);
    } else if (head.byteSize() + length <= SMALL_BYTES) {
      gather(head, body, offset, length);
    } else {
      writeLarge(precedence, head, body, offset, length);
    }
  }

  @Override
  public void flush() throws IOException {
    if (!Thread.currentThread().equals(alonePen) && mustWrite(Part.ALL)) {
      writePage();
    }
  }

  /// What is done while nobody else writes.
  @FunctionalInterface
  interface Action {
    void run() throws IOException;
  }

  /// Does something between two units, behind all that gathered; what it writes leaves at once.
  void exclusively(Action action) throws IOException {
    takePen(Precedence.CONTROL, MemorySegment.NULL);
    try {
      drain();
      alonePen = Thread.currentThread();
      action.run();
    } catch (IOException | RuntimeException | Error e) {
      abandon(e);
      throw e;
    } finally {
      alonePen = null;
      layDown();
    }
  }

  private void writeAtOnce(MemorySegment head, MemorySegment body, long offset, long length)
      throws IOException {
    writeWindow(head, 0, head.byteSize());
    for (long done = 0; done < length; ) {
      done += writeWindow(body, offset + done, length - done);
    }
  }

  private void gather(MemorySegment head, MemorySegment body, long offset, long length)
      throws IOException {
    while (!gathers(head, body, offset, length)) {
      if (mustWrite(Part.SOME)) {
        writePage();
      }
    }
  }

  /// Puts a unit on the page if there is room for it.
  private boolean gathers(MemorySegment head, MemorySegment body, long offset, long length) {
    long headBytes = head.byteSize();
    lock.lock();
    try {
      if (!hasRoom((int) (headBytes + length))) {
        return false;
      }
      append(head, 0, headBytes);
      if (length > 0) {
        append(body, offset, length);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private boolean hasRoom(int more) {
    int needed = filling.size + more;
    if (needed <= filling.capacity()) {
      return true;
    }
    if (needed > Breath.MOST_BYTES) {
      return false;
    }
    Page wide = new Page(Breath.fitting(needed));
    MemorySegment.copy(filling.segment, 0, wide.segment, 0, filling.size);
    wide.size = filling.size;
    filling = wide;
    return true;
  }

  private void append(MemorySegment segment, long offset, long length) {
    Page page = filling;
    MemorySegment.copy(segment, offset, page.segment, page.size, length);
    page.size += (int) length;
    gathered += length;
  }

  /// Waits until that part of what gathered has left. Returns true, with the pen taken and the page
  /// turned, if nobody else writes it.
  private boolean mustWrite(Part part) throws IOException {
    lock.lock();
    try {
      long target = part == Part.ALL ? gathered : left + 1;
      while (left - target < 0) {
        if (broken) {
          throw new IOException("an earlier write failed");
        }
        if (!penTaken) {
          penTaken = true;
          turnPage();
          return true;
        }
        waiting++;
        progress.awaitUninterruptibly();
        waiting--;
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  /// Writes the page that leaves, for whoever waits for it, and lays the pen down.
  private void writePage() throws IOException {
    try {
      drain();
    } catch (IOException | RuntimeException | Error e) {
      abandon(e);
      throw e;
    } finally {
      layDown();
    }
  }

  private void writeLarge(
      Precedence precedence, MemorySegment head, MemorySegment body, long offset, long length)
      throws IOException {
    boolean headLeaves = takePen(precedence, head);
    try {
      if (hurry) {
        drain();
        announce();
      }
      if (!headLeaves) {
        writeWindow(head, 0, head.byteSize());
      }
      long done = 0;
      while (done < length) {
        done += writeWindow(body, offset + done, length - done);
      }
      drain(); // a unit may have been all head
    } catch (IOException | RuntimeException | Error e) {
      abandon(e);
      throw e;
    } finally {
      layDown();
    }
  }

  /// Waits for the pen and turns the page; returns whether the head is on the page that leaves.
  private boolean takePen(Precedence precedence, MemorySegment head) {
    lock.lock();
    try {
      if (penTaken) {
        turns.await(precedence);
      }
      penTaken = true;
      hurry = waiting > 0;
      boolean fits = head.byteSize() <= SMALL_BYTES && hasRoom((int) head.byteSize());
      if (fits) {
        append(head, 0, head.byteSize());
      }
      turnPage();
      return fits;
    } finally {
      lock.unlock();
    }
  }

  /// Takes what gathered as the page that leaves; others go on with the spare one.
  private void turnPage() {
    leaving = filling;
    leaving.buffer.position(0).limit(leaving.size);
    leavingUpTo = gathered;
    filling = spare;
  }

  /// Tells those who wait for the page that it has left.
  private void announce() {
    lock.lock();
    try {
      left = leavingUpTo;
      progress.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void layDown() {
    lock.lock();
    try {
      if (!broken) {
        left = leavingUpTo;
      }
      recycle();
      penTaken = turns.pass();
      if (waiting > 0) {
        progress.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /// Makes the page that left the spare one, or a smaller one in its place.
  private void recycle() {
    int size = breath.next(leaving.capacity(), leaving.size, sentNanos);
    spare = size < leaving.capacity() ? new Page(size) : leaving;
    spare.size = 0;
  }

  private void drain() throws IOException {
    if (leaving.buffer.hasRemaining()) {
      alone[0] = leaving.buffer;
      duplex.write(alone);
      sentNanos = System.nanoTime();
    }
  }

  /// Writes what is left of the page and, in the same call, a part of the segment.
  private long writeWindow(MemorySegment segment, long offset, long length) throws IOException {
    ByteBuffer bytes = view.of(segment, offset, length);
    long count = bytes.remaining();
    if (leaving.buffer.hasRemaining()) {
      both[0] = leaving.buffer;
      both[1] = bytes;
      duplex.write(both);
    } else {
      alone[0] = bytes;
      duplex.write(alone);
    }
    sentNanos = System.nanoTime();
    return count;
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
}
