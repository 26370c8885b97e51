package dev.myelin.wire;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Arrays;

/// Bytes that one side writes and the other reads, in memory; what is written is kept until read.
///
/// Holds back 64 bytes at most, the least a source must; so nobody comes to rely on more.
public final class MemoryPipe implements ByteSource, ByteSink {
  private byte[] buffer = new byte[1024];
  private int from;
  private int to;
  private boolean ended;
  private int writes;
  private int flushes;

  private MemoryPipe() {}

  /// Returns an empty pipe that stays open.
  public static MemoryPipe open() {
    return new MemoryPipe();
  }

  /// Returns a pipe with these bytes and nothing behind them.
  public static MemoryPipe of(byte[] bytes) {
    MemoryPipe pipe = open();
    pipe.write(bytes);
    pipe.end();
    return pipe;
  }

  /// Puts bytes in as a peer would.
  public synchronized void write(byte[] bytes) {
    append(MemorySegment.ofArray(bytes), 0, bytes.length);
    notifyAll();
  }

  /// Ends the input; what is in it can still be read.
  public synchronized void end() {
    ended = true;
    notifyAll();
  }

  /// Takes everything that is in the pipe now.
  public synchronized byte[] drain() {
    byte[] all = Arrays.copyOfRange(buffer, from, to);
    from = to;
    return all;
  }

  /// Returns how many units were written.
  public synchronized int writes() {
    return writes;
  }

  /// Returns how often it was flushed.
  public synchronized int flushes() {
    return flushes;
  }

  /// Returns how many bytes wait.
  public synchronized int available() {
    return to - from;
  }

  @Override
  public synchronized void write(MemorySegment head, MemorySegment body, long offset, long length)
      throws IOException {
    if (ended) {
      throw new PeerException.Closed("the pipe was closed", true, null);
    }
    append(head, 0, Math.toIntExact(head.byteSize()));
    append(body, offset, Math.toIntExact(length));
    writes++;
    notifyAll();
  }

  @Override
  public synchronized void flush() {
    flushes++;
  }

  @Override
  public synchronized MemorySegment peek(int count) throws IOException {
    if (count > 64) {
      throw new IllegalArgumentException("count: " + count + " (expected: <= 64)");
    }
    await(count);
    int size = Math.min(Math.max(count, 0), to - from);
    return MemorySegment.ofArray(Arrays.copyOfRange(buffer, from, from + size));
  }

  @Override
  public synchronized int readSome(byte[] target, int offset, int length) throws IOException {
    await(1);
    if (to == from) {
      return -1;
    }
    int count = Math.min(length, to - from);
    System.arraycopy(buffer, from, target, offset, count);
    from += count;
    return count;
  }

  @Override
  public synchronized boolean offer(int length, Visitor visitor) throws IOException {
    if (length > 64) {
      return false;
    }
    await(length);
    if (to - from < length || !visitor.visit(MemorySegment.ofArray(buffer), from, length)) {
      return false;
    }
    from += length;
    return true;
  }

  @Override
  public synchronized boolean ready(Duration limit) throws IOException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (to == from && !ended) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return false;
      }
      waitFor(left);
    }
    return true;
  }

  @Override
  public synchronized boolean readFully(MemorySegment target, long offset, long length)
      throws IOException {
    long at = offset;
    long end = offset + length;
    while (at < end) {
      await(1);
      if (to == from) {
        if (at == offset) {
          return false;
        }
        throw new PeerException.Closed("ended after " + (at - offset) + " bytes", false, null);
      }
      int part = (int) Math.min(end - at, to - from);
      MemorySegment.copy(buffer, from, target, ValueLayout.JAVA_BYTE, at, part);
      from += part;
      at += part;
    }
    return true;
  }

  private void await(int count) throws IOException {
    while (to - from < count && !ended) {
      waitFor(0);
    }
  }

  @SuppressWarnings("WaitNotInLoop") // every caller loops
  private void waitFor(long millis) throws IOException {
    try {
      wait(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PeerException.Closed("interrupted", false, e);
    }
  }

  private void append(MemorySegment source, long offset, int length) {
    if (buffer.length - to < length) {
      int size = Math.max(to - from + length, 2 * (to - from));
      byte[] larger = new byte[size];
      System.arraycopy(buffer, from, larger, 0, to - from);
      to -= from;
      from = 0;
      buffer = larger;
    }
    MemorySegment.copy(source, ValueLayout.JAVA_BYTE, offset, buffer, to, length);
    to += length;
  }
}
