package dev.myelin.net;

import dev.myelin.wire.ByteSource;
import dev.myelin.wire.PeerException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;

/// Blocking input from a [Duplex]. Used by one thread at a time.
///
/// Small reads go through a buffer on the heap; large ones go straight into the target. After a
/// large read the buffer is filled only as far as asked, so that the next payload is not copied
/// through it.
final class DuplexSource implements ByteSource {
  /// From this size on, bytes are read straight into native targets.
  private static final int DIRECT_BYTES = 4096;

  /// The most that is held back.
  private static final int MOST_HELD_BYTES = 4096;

  private Duplex duplex; // changed by the reader alone
  private final Breath breath = new Breath();
  private ByteBuffer buffer = ByteBuffer.allocate(Breath.LEAST_BYTES).limit(0);
  private MemorySegment bufferSegment = MemorySegment.ofArray(buffer.array());
  private boolean bulk;
  private int lastFilled;
  private long consumed;

  private final SegmentView view = new SegmentView();
  private Runnable beforeReading = () -> {};

  /// Written by the reader, read by the watchdog: when bytes last came, and since when this side
  /// has been asking.
  private volatile long heardNanos = System.nanoTime();

  private volatile long askingNanos = heardNanos;
  private volatile boolean asking;
  private volatile boolean inside;

  DuplexSource(Duplex duplex) {
    this.duplex = duplex;
  }

  /// Returns how long the peer has been silent while this side was asking; zero when nobody asks.
  long silentNanos(long nowNanos) {
    if (!asking) {
      return 0;
    }
    return Math.min(nowNanos - heardNanos, nowNanos - askingNanos);
  }

  /// Returns whether a byte came at or behind that time.
  boolean heardSince(long nanos) {
    return heardNanos - nanos >= 0;
  }

  /// Returns whether the peer owes the rest of something it began.
  boolean inside() {
    return inside;
  }

  /// Begins the silence anew, after this process itself was asleep.
  void forgive(long nowNanos) {
    askingNanos = nowNanos;
  }

  /// Returns the offset in the input of the next byte to be consumed.
  long consumed() {
    return consumed;
  }

  /// Hands over what was read and not consumed: somebody else reads on.
  byte[] detach() {
    byte[] rest = new byte[buffer.remaining()];
    buffer.get(rest);
    return rest;
  }

  /// Has an action run by the reader whenever all that came was consumed, before it asks for more.
  /// It must return at once.
  void beforeReading(Runnable action) {
    beforeReading = action;
  }

  /// Has that action run although no more will be asked for.
  void endReading() {
    beforeReading.run();
  }

  @Override
  public MemorySegment peek(int count) throws IOException {
    if (count > MOST_HELD_BYTES) {
      throw new IllegalArgumentException(
          "peek: " + count + " bytes (expected: <= " + MOST_HELD_BYTES + ")");
    }
    hold(count);
    return bufferSegment.asSlice(buffer.position(), buffer.remaining());
  }

  @Override
  public boolean offer(int length, Visitor visitor) throws IOException {
    if (buffer.remaining() < length && !(length <= MOST_HELD_BYTES && hold(length))) {
      return false;
    }
    int at = buffer.position();
    if (!visitor.visit(bufferSegment, at, length)) {
      return false;
    }
    buffer.position(at + length);
    consumed += length;
    return true;
  }

  /// Returns whether so many bytes are in the buffer before the input ends.
  private boolean hold(int count) throws IOException {
    while (buffer.remaining() < count) {
      if (fill(count - buffer.remaining()) < 0) {
        return false;
      }
    }
    return true;
  }

  private void resize(int bytes) {
    buffer = ByteBuffer.allocate(bytes).put(buffer).flip();
    bufferSegment = MemorySegment.ofArray(buffer.array());
  }

  @Override
  public boolean ready(Duration limit) throws IOException {
    if (buffer.hasRemaining()) {
      return true;
    }
    buffer.clear();
    begin();
    try {
      duplex.read(buffer, limit);
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    } finally {
      buffer.flip();
      end();
    }
  }

  @Override
  public boolean readFully(MemorySegment target, long offset, long length) throws IOException {
    boolean direct = length >= DIRECT_BYTES && target.isNative();
    if (direct) {
      // What came of a large payload by the way is no reason for a larger buffer.
      lastFilled = Math.min(lastFilled, buffer.position());
    }
    long done = take(target, offset, length);
    while (done < length) {
      long left = length - done;
      inside = done > 0 || left >= DIRECT_BYTES;
      long got;
      if (direct && left >= DIRECT_BYTES) {
        got = readInto(target, offset + done, left);
        done += Math.max(got, 0);
        bulk = true;
      } else {
        got = fill((int) Math.min(left, buffer.capacity()));
        done += take(target, offset + done, left);
        bulk = bulk && direct && left >= DIRECT_BYTES;
      }
      if (got < 0) {
        return ended(done, length);
      }
    }
    inside = false;
    return true;
  }

  /// What the buffer holds, or else straight from the duplex.
  @Override
  public int readSome(byte[] target, int offset, int length) throws IOException {
    int held = Math.min(length, buffer.remaining());
    if (held > 0) {
      buffer.get(target, offset, held);
      consumed += held;
      return held;
    }
    begin();
    try {
      int got = duplex.read(ByteBuffer.wrap(target, offset, length));
      consumed += Math.max(got, 0);
      return got;
    } finally {
      end();
    }
  }

  private static boolean ended(long done, long length) throws IOException {
    if (done == 0) {
      return false;
    }
    throw new PeerException.Closed(
        "input ended after " + done + " of " + length + " bytes (expected: all)", true, null);
  }

  /// Copies what the buffer holds, up to `length`.
  private long take(MemorySegment target, long offset, long length) {
    int count = (int) Math.min(length, buffer.remaining());
    if (count > 0) {
      MemorySegment.copy(bufferSegment, buffer.position(), target, offset, count);
      buffer.position(buffer.position() + count);
      consumed += count;
    }
    return count;
  }

  /// Reads once into the buffer: at least to hold `needed` more, as much as fits unless large
  /// payloads are under way.
  private int fill(int needed) throws IOException {
    breathe(needed);
    buffer.compact();
    if (bulk) {
      buffer.limit(Math.min(buffer.capacity(), buffer.position() + needed));
    }
    begin();
    int got;
    try {
      got = duplex.read(buffer);
    } finally {
      end();
      buffer.flip();
    }
    lastFilled = bulk ? lastFilled : buffer.limit();
    return got;
  }

  /// Fits the buffer to what came last.
  private void breathe(int needed) {
    int size =
        lastFilled == 0
            ? buffer.capacity()
            : breath.next(buffer.capacity(), lastFilled, heardNanos);
    lastFilled = 0;
    int least = Breath.fitting(buffer.remaining() + needed);
    if (size != buffer.capacity() || least > size) {
      resize(Math.max(size, least));
    }
  }

  private long readInto(MemorySegment target, long offset, long length) throws IOException {
    ByteBuffer bytes = view.of(target, offset, length);
    begin();
    try {
      int got = duplex.read(bytes);
      consumed += Math.max(got, 0);
      return got;
    } finally {
      end();
    }
  }

  /// Reads and drops what the peer still sends, so that closing does not take back what it has not
  /// read yet.
  void discardUpTo(int bytes, Duration limit) throws IOException {
    long deadline = System.nanoTime() + limit.toNanos();
    int left = bytes;
    while (left > 0 && System.nanoTime() - deadline < 0) {
      left -= buffer.remaining();
      buffer.position(buffer.limit());
      boolean came = ready(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
      if (!came || !buffer.hasRemaining()) {
        return;
      }
    }
  }

  /// Drops what is buffered, at a point behind which the duplex carries only knocks; returns
  /// whether it was nothing else.
  boolean dropKnocks() {
    boolean only = RingDuplex.areKnocks(buffer);
    buffer.position(buffer.limit());
    return only;
  }

  /// Forgets the last target, so that its memory is not kept from being freed.
  void release() {
    view.release();
  }

  private void begin() {
    beforeReading.run();
    askingNanos = System.nanoTime();
    asking = true;
  }

  private void end() {
    heardNanos = System.nanoTime();
    asking = false;
  }
}
