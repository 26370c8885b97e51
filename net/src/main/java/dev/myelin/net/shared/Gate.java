package dev.myelin.net.shared;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.spi.AbstractInterruptibleChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Where the threads of this process wait for the other one, and what ends every wait: closing it,
/// from any thread, interrupting the thread that waits, or learning that the other side is gone.
public final class Gate extends AbstractInterruptibleChannel {
  /// However the other side lies about who waits, a sleeper looks again that often.
  private static final long LOOK_AGAIN_NANOS = 1_000_000_000L;

  private static final long POLL_NANOS = 50_000;
  private static final long LONGEST_POLL_NANOS = 1_000_000;
  private static final int SPINS_PER_LOOK = 32;

  private static final MemorySegment LONGEST_SLEEP = timespec();

  private volatile List<Doorbell> bells = List.of();
  private volatile @Nullable Thread listener;
  private volatile boolean alone;

  /// A gate that is open.
  public Gate() {
    super();
  }

  private static MemorySegment timespec() {
    MemorySegment timespec = Arena.global().allocate(ValueLayout.JAVA_LONG, 2);
    timespec.setAtIndex(ValueLayout.JAVA_LONG, 0, LOOK_AGAIN_NANOS / 1_000_000_000L);
    timespec.setAtIndex(ValueLayout.JAVA_LONG, 1, LOOK_AGAIN_NANOS % 1_000_000_000L);
    return timespec;
  }

  /// Adds a bell by which threads of this process may wait.
  synchronized void add(Doorbell bell) {
    List<Doorbell> all = new ArrayList<>(bells);
    all.add(bell);
    bells = List.copyOf(all);
  }

  /// Notes that the other process will say nothing more through the socket.
  public void leaveAlone() {
    alone = true;
    wakeAll();
  }

  boolean alone() {
    return alone;
  }

  /// Wakes the thread that listens, because a byte came through the socket.
  public void knocked() {
    LockSupport.unpark(listener);
  }

  /// Waits for the other side to ring; spins first, then sleeps.
  ///
  /// @param limitNanos at most how long; negative for as long as it takes
  /// @return whether the condition holds
  /// @throws IOException if this was closed, or the thread interrupted, which closes it
  boolean awaitRing(Doorbell bell, SpinBudget spin, BooleanSupplier ready, long limitNanos)
      throws IOException {
    long start = System.nanoTime();
    long budget = spin.nanos();
    if (spun(budget, ready, start)) {
      spin.paid();
      return true;
    }
    boolean virtual = Thread.currentThread().isVirtual();
    int how = virtual ? Doorbell.LISTENING : Doorbell.ASLEEP;
    boolean came = false;
    begin();
    try {
      listener = virtual ? Thread.currentThread() : null;
      while (!came && isOpen()) {
        long left = limitNanos < 0 ? LOOK_AGAIN_NANOS : limitNanos - (System.nanoTime() - start);
        if (left <= 0) {
          break;
        }
        bell.await(how);
        if (isOpen() && !ready.getAsBoolean()) {
          rest(bell, virtual, left);
        }
        came = ready.getAsBoolean();
      }
      bell.await(Doorbell.AWAKE);
    } finally {
      listener = null;
      end(came);
    }
    if (budget > 0) {
      spin.failed(System.nanoTime() - start);
    }
    return came;
  }

  private static void rest(Doorbell bell, boolean virtual, long leftNanos) {
    if (virtual) {
      LockSupport.parkNanos(Math.min(leftNanos, LOOK_AGAIN_NANOS));
    } else if (leftNanos >= LOOK_AGAIN_NANOS) {
      bell.sleep(LONGEST_SLEEP);
    } else {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment limit = arena.allocate(ValueLayout.JAVA_LONG, 2);
        limit.setAtIndex(ValueLayout.JAVA_LONG, 1, leftNanos);
        bell.sleep(limit);
      }
    }
  }

  /// Waits likewise, but a virtual thread looks by itself, since nobody knocks for it.
  void awaitRoom(Doorbell bell, SpinBudget spin, BooleanSupplier ready) throws IOException {
    if (!Thread.currentThread().isVirtual()) {
      awaitRing(bell, spin, ready, -1);
      return;
    }
    long start = System.nanoTime();
    boolean came = spun(spin.nanos(), ready, start);
    begin();
    try {
      for (long nap = POLL_NANOS; !came && isOpen(); nap = Math.min(2 * nap, LONGEST_POLL_NANOS)) {
        LockSupport.parkNanos(nap);
        came = ready.getAsBoolean();
      }
    } finally {
      end(came);
    }
  }

  private static boolean spun(long budget, BooleanSupplier ready, long start) {
    if (budget == 0) {
      return ready.getAsBoolean();
    }
    do {
      for (int i = 0; i < SPINS_PER_LOOK; i++) {
        if (ready.getAsBoolean()) {
          return true;
        }
        Thread.onSpinWait();
      }
    } while (System.nanoTime() - start < budget);
    return false;
  }

  @Override
  protected void implCloseChannel() {
    wakeAll();
  }

  /// Wakes every thread that waits here, so that it looks again.
  public void wake() {
    wakeAll();
  }

  private void wakeAll() {
    try {
      bells.forEach(Doorbell::ring);
    } catch (IllegalStateException e) {
      if (isOpen()) {
        throw e;
      }
      // Unmapped already: nobody can sleep there.
    }
    LockSupport.unpark(listener);
  }
}
