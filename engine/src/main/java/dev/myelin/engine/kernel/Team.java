package dev.myelin.engine.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Threads that share the items of one piece of work after the other.
///
/// Between two pieces the threads look out for the next one for a short while, for a model asks for
/// hundreds of pieces per token, and then sleep until there is one. The caller takes part, and
/// needs nobody to wake up in order to end. One caller at a time.
public final class Team implements AutoCloseable {
  // A few hundred microseconds; waking a sleeper costs about fifty.
  private static final int LOOKS = 1 << 14;
  // Whoever is waited for may need this very processor.
  private static final int LOOKS_BEFORE_YIELDING = 1 << 10;

  /// Work in items that may run in any order, at the same time.
  @FunctionalInterface
  public interface Work {
    /// Does one item.
    ///
    /// @param member the number of the thread in the team, for memory of its own
    void run(int member, int item);
  }

  private final List<Member> members = new ArrayList<>();
  private volatile Piece current = new Piece((_, _) -> {}, 0);
  private volatile boolean closed;

  private Team(int size) {
    for (int i = 1; i < size; i++) {
      Member member = new Member(i);
      members.add(member);
      member.thread.start();
    }
  }

  /// Returns a team of that many threads, the caller's among them.
  public static Team of(int size) {
    return new Team(size);
  }

  /// Returns how many threads take part.
  public int size() {
    return members.size() + 1;
  }

  /// Returns the threads besides the caller's.
  List<Thread> threads() {
    return members.stream().map(each -> each.thread).toList();
  }

  /// Does all items and returns when they are done. The first failure of an item is thrown then.
  public void run(int items, Work work) {
    if (items <= 1 || members.isEmpty()) {
      for (int i = 0; i < items; i++) {
        work.run(0, i);
      }
      return;
    }
    Piece piece = new Piece(work, items);
    current = piece;
    for (int i = 0; i < members.size(); i++) {
      members.get(i).wake();
    }
    piece.takePart(0);
    piece.await();
  }

  /// Ends the threads. Twice is harmless.
  @Override
  public void close() {
    closed = true;
    members.forEach(each -> LockSupport.unpark(each.thread));
  }

  /// Some work, and how far it is.
  private static final class Piece {
    // Fields, since a piece is made several times per layer and token.
    private static final AtomicIntegerFieldUpdater<Piece> NEXT =
        AtomicIntegerFieldUpdater.newUpdater(Piece.class, "next");
    private static final AtomicIntegerFieldUpdater<Piece> DONE =
        AtomicIntegerFieldUpdater.newUpdater(Piece.class, "done");

    private final Work work;
    private final int items;

    @SuppressWarnings("UnusedVariable") // Read by its updater.
    private volatile int next;

    private volatile int done;
    private volatile @Nullable Throwable failure;

    Piece(Work work, int items) {
      this.work = work;
      this.items = items;
    }

    void takePart(int member) {
      for (int item = NEXT.getAndIncrement(this); item < items; item = NEXT.getAndIncrement(this)) {
        try {
          work.run(member, item);
        } catch (Throwable e) {
          failure = e;
        } finally {
          DONE.incrementAndGet(this);
        }
      }
    }

    @SuppressWarnings(
        "ThreadPriorityCheck") // Whom we wait for may stand in line for our processor.
    void await() {
      for (int looks = 0; done < items; looks++) {
        if (looks < LOOKS_BEFORE_YIELDING) {
          Thread.onSpinWait();
        } else {
          Thread.yield();
        }
      }
      switch (failure) {
        case null -> {}
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        case Throwable e -> throw new IllegalStateException(e);
      }
    }
  }

  /// One thread besides the caller's.
  private final class Member {
    private final Thread thread;
    private volatile boolean asleep;

    Member(int number) {
      this.thread =
          Thread.ofPlatform().daemon().name("my-engine-" + number).unstarted(() -> serve(number));
    }

    void wake() {
      if (asleep) {
        LockSupport.unpark(thread);
      }
    }

    private void serve(int number) {
      Piece seen = current;
      while (!closed) {
        Piece piece = current;
        if (piece == seen) {
          rest(seen);
        } else {
          seen = piece;
          piece.takePart(number);
        }
      }
    }

    private void rest(Piece seen) {
      for (int looks = 0; looks < LOOKS; looks++) {
        if (current != seen || closed) {
          return;
        }
        Thread.onSpinWait();
      }
      asleep = true;
      if (current == seen && !closed) {
        LockSupport.park(this);
      }
      asleep = false;
    }
  }
}
