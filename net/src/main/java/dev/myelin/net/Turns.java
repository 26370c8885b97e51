package dev.myelin.net;

import dev.myelin.wire.Precedence;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Who writes next: the most urgent class first, in each class whoever came first, and a class that
/// was passed over a few times before any other. Guarded by the lock it was made with.
final class Turns {
  /// How often a class is passed over before its turn comes.
  private static final int MOST_PASSED = 8;

  /// Those of one class.
  private static final class Line {
    private final Condition moved;
    private long arrived; // how many ever came
    private long chosen; // how many of them were chosen, in the order in which they came
    private long gone; // how many of those know
    private int passed;

    private Line(Condition moved) {
      this.moved = moved;
    }

    private int waiting() {
      return (int) (arrived - chosen);
    }

    /// Waits for its own turn: whoever comes back at once must not take that of one who was chosen
    /// and has not woken up yet.
    private void await() {
      long ticket = arrived;
      arrived++;
      while (ticket >= chosen) {
        moved.awaitUninterruptibly();
        if (ticket >= chosen && chosen > gone) {
          moved.signal(); // meant for another
        }
      }
      gone++;
    }
  }

  private final Map<Precedence, Line> lines = new EnumMap<>(Precedence.class);

  Turns(ReentrantLock lock) {
    for (Precedence precedence : Precedence.values()) {
      lines.put(precedence, new Line(lock.newCondition()));
    }
  }

  /// Waits until [#pass] chooses this thread.
  void await(Precedence precedence) {
    Line line = lines.get(precedence);
    if (line == null) {
      throw new IllegalArgumentException("precedence: " + precedence);
    }
    line.await();
  }

  /// Returns how many wait.
  int queued() {
    return lines.values().stream().mapToInt(Line::waiting).sum();
  }

  /// Chooses who is next; returns false if nobody waits.
  boolean pass() {
    Line next = next();
    if (next == null) {
      return false;
    }
    for (Line line : lines.values()) {
      line.passed = line == next || line.waiting() == 0 ? 0 : line.passed + 1;
    }
    next.chosen++;
    next.moved.signal();
    return true;
  }

  private @Nullable Line next() {
    Line next = null;
    for (Line line : lines.values()) {
      if (line.waiting() > 0 && (next == null || line.passed >= MOST_PASSED)) {
        next = line;
      }
    }
    return next;
  }
}
