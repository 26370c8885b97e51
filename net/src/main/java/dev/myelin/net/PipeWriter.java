package dev.myelin.net;

import dev.myelin.wire.parts.Outlet;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/// The thread that writes for one pipe: begins when there is work, rests while there is none, and
/// goes home after a while.
final class PipeWriter implements Herald.Called {
  /// What one write should carry at most, unless a message alone is larger.
  static final int BATCH_BYTES = 128 << 10;

  private static final long PLATFORM_LINGER_NANOS = TimeUnit.SECONDS.toNanos(5);

  /// One call of the system writes no more, so that it is seen whether a peer takes a large
  /// message.
  private static final long WINDOW_BYTES = 512 << 10;

  /// Writes all that there is.
  @FunctionalInterface
  interface Work {
    void run() throws IOException;
  }

  private final Link link;
  private final Work work;
  private final BooleanSupplier done;
  private final Runnable broken;
  private final long lingerNanos;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean running; // guarded by lock
  private boolean called; // guarded by lock
  private boolean stopped; // guarded by lock
  private volatile boolean resting; // written under lock

  /// @param done returns whether nothing is left to write
  /// @param broken run when nothing can be written any more
  PipeWriter(Link link, Work work, BooleanSupplier done, Runnable broken) {
    this.link = link;
    this.work = work;
    this.done = done;
    this.broken = broken;
    boolean platform = link.transport().config().links().threads() == NodeConfig.Threads.PLATFORM;
    this.lingerNanos = platform ? PLATFORM_LINGER_NANOS : 0;
  }

  /// Has what there is written soon.
  @Override
  public void wake() {
    lock.lock();
    try {
      called = true;
      if (stopped) {
        return;
      }
      if (!running) {
        begin();
      } else if (resting) {
        resting = false;
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  private void begin() {
    Transport transport = link.transport();
    boolean begun = false;
    running = true;
    try {
      Thread _ =
          transport
              .tasks()
              .fork(transport.config().links().threads(), link.threadName("writer"), this::run);
      begun = true;
    } finally {
      running = begun; // or no later call would begin it
    }
  }

  /// Sends the thread home for good.
  void stop() {
    lock.lock();
    try {
      stopped = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  private void run() throws InterruptedException {
    try {
      while (mayGoOn()) {
        work.run();
      }
    } catch (IOException e) {
      broken.run();
    } catch (IllegalStateException e) {
      link.close(); // the reader tells why
    } catch (RuntimeException | Error e) {
      link.close(); // nobody would write any more
      throw e;
    }
  }

  private boolean mayGoOn() throws InterruptedException {
    long left = lingerNanos;
    lock.lock();
    try {
      while (!called && !stopped && left > 0) {
        resting = true;
        left = changed.awaitNanos(left);
        resting = false;
      }
      boolean more = !stopped && (called || !done.getAsBoolean());
      called = false;
      running = more;
      return more;
    } finally {
      lock.unlock();
    }
  }

  /// Takes that so many bytes have left in one call.
  @FunctionalInterface
  interface Progress {
    void left(long bytes);
  }

  /// Writes everything that an outlet holds.
  static void write(Outlet outlet, Duplex duplex, Progress progress) throws IOException {
    List<ByteBuffer> parts = new ArrayList<>();
    outlet.drain(
        (MemorySegment bytes, long offset, long length) -> {
          for (long done = 0; done < length; done += WINDOW_BYTES) {
            long count = Math.min(WINDOW_BYTES, length - done);
            parts.add(bytes.asSlice(offset + done, count).asByteBuffer());
          }
        });
    for (int begin = 0; begin < parts.size(); ) {
      long bytes = parts.get(begin).remaining();
      int end = begin + 1;
      while (end < parts.size() && bytes + parts.get(end).remaining() <= WINDOW_BYTES) {
        bytes += parts.get(end++).remaining();
      }
      duplex.write(parts.subList(begin, end).toArray(ByteBuffer[]::new));
      progress.left(bytes);
      begin = end;
    }
  }
}
