package dev.myelin.net;

import dev.myelin.net.shared.Gate;
import dev.myelin.net.shared.RingReader;
import dev.myelin.net.shared.RingWriter;
import dev.myelin.net.shared.SharedMemory;
import dev.myelin.net.shared.SpinBudget;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/// The bytes of two rings in memory that two processes share, one ring for each direction.
///
/// The socket beside it carries single bytes, each of which only wakes the reader of the other side
/// where that is a virtual thread; and its end tells that the other process is gone.
final class RingDuplex implements Duplex {
  private static final int CLOSE_TRIES = 1000;
  private static final long CLOSE_NAP_NANOS = 20_000;

  private final Duplex socket;
  private final SharedMemory mine;
  private final SharedMemory theirs;
  private final Gate gate = new Gate();
  private final RingReader reader;
  private final RingWriter writer;

  /// @param mine the memory this side writes frames into
  /// @param theirs the memory the other side writes them into
  RingDuplex(Duplex socket, SharedMemory mine, SharedMemory theirs, NodeConfig.Profile profile) {
    this.socket = socket;
    this.mine = mine;
    this.theirs = theirs;
    this.writer = RingWriter.over(mine.segment(), gate, this::knock, spin(profile));
    this.reader = RingReader.over(theirs.segment(), gate, spin(profile));
  }

  private static SpinBudget spin(NodeConfig.Profile profile) {
    return profile == NodeConfig.Profile.LATENCY ? SpinBudget.eager() : SpinBudget.cautious();
  }

  // Only the thread that writes frames knocks, so no two threads write to the socket.
  private void knock() throws IOException {
    socket.write(new ByteBuffer[] {ByteBuffer.allocate(1)});
  }

  /// Listens on the socket until it ends; the life of a virtual thread.
  void listen() {
    ByteBuffer knocks = ByteBuffer.allocate(64);
    try {
      while (socket.read(knocks.clear()) >= 0 && areKnocks(knocks.flip())) {
        gate.knocked();
      }
    } catch (IOException e) {
      // Gone in disorder is gone too: what stands in the ring is still read.
    } finally {
      gate.leaveAlone();
    }
  }

  /// Returns whether these bytes, which came through the socket, only wake.
  static boolean areKnocks(ByteBuffer bytes) {
    for (int at = bytes.position(); at < bytes.limit(); at++) {
      if (bytes.get(at) != 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    return read(target, -1);
  }

  @Override
  public int read(ByteBuffer target, Duration limit) throws IOException {
    int got = read(target, Math.max(1, limit.toNanos()));
    if (got == 0) {
      throw new SocketTimeoutException("nothing within " + limit.toMillis() + " ms");
    }
    return got;
  }

  private int read(ByteBuffer target, long limitNanos) throws IOException {
    try {
      return reader.read(target, limitNanos);
    } catch (IllegalStateException e) {
      throw unmapped(e);
    }
  }

  @Override
  public void write(ByteBuffer[] parts) throws IOException {
    try {
      for (ByteBuffer part : parts) {
        writer.write(part);
      }
      writer.publish();
    } catch (IllegalStateException e) {
      throw unmapped(e);
    }
  }

  @Override
  public void endOutput() throws IOException {
    try {
      writer.end();
    } catch (IllegalStateException e) {
      throw unmapped(e);
    }
  }

  /// Memory is unmapped under whoever still uses it: then this was closed.
  private IOException unmapped(IllegalStateException e) {
    if (gate.isOpen()) {
      throw e; // the target's own memory was closed, which is somebody else's mistake
    }
    IOException closed = new AsynchronousCloseException();
    closed.addSuppressed(e);
    return closed;
  }

  @Override
  public String protection() {
    return "shared memory";
  }

  @Override
  public void close() throws IOException {
    boolean first = gate.isOpen();
    gate.close();
    if (first) {
      farewell();
      unmap(mine);
      unmap(theirs);
    }
  }

  private void farewell() {
    try {
      writer.end();
      reader.leave();
    } catch (IOException | IllegalStateException e) {
      // The other side sees the socket end.
    }
  }

  /// A thread of ours that sleeps in the memory is being woken, and keeps it mapped until it is
  /// out.
  private void unmap(SharedMemory memory) {
    for (int i = 0; i < CLOSE_TRIES; i++) {
      try {
        memory.close();
        return;
      } catch (IllegalStateException e) {
        gate.wake();
        LockSupport.parkNanos(CLOSE_NAP_NANOS);
      }
    }
    System.getLogger(RingDuplex.class.getName())
        .log(System.Logger.Level.WARNING, "shared memory is still in use, and stays mapped");
  }
}
