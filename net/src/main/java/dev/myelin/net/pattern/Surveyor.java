package dev.myelin.net.pattern;

import dev.myelin.net.pipe.Pipe;
import dev.myelin.net.pipe.Plumbing;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.SocketRole;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Asks every [Respondent] there is at once, and takes answers until a deadline.
///
/// One survey at a time: a new one ends the one before, and answers that come too late are dropped.
/// On the wire it is a DEALER whose questions carry a number and an empty part in front, so that
/// any REP may answer.
public final class Surveyor extends PatternSocket {
  private final ReentrantLock lock = new ReentrantLock();
  private int numbers; // guarded by lock
  private @Nullable Survey current; // guarded by lock

  private Surveyor(Plumbing plumbing, SocketOptions options) {
    super(new Hub(SocketRole.DEALER, options, plumbing, new Hub.Rules() {}));
  }

  /// Opens a socket without peers.
  public static Surveyor open(Plumbing plumbing, SocketOptions options) {
    return new Surveyor(plumbing, options);
  }

  /// Asks everybody who is there now. The question is the socket's from now on; whoever has no room
  /// for it is not asked, which is counted.
  public Survey survey(Parts question, Duration deadline) {
    outflow().requireOpenFor(question);
    lock.lock();
    try (Shared shared = new Shared(question)) {
      Survey survey = new Survey(numbers++, deadline);
      current = survey;
      byte[] number = ByteBuffer.allocate(Integer.BYTES).putInt(survey.number).array();
      for (Pipe each : outflow().pipes()) {
        Parts asked = shared.share().behind(number, Asking.DELIMITER);
        if (outflow().sendOrDrop(each, asked, Outflow.Manner.QUEUED)) {
          survey.asked++;
        }
      }
      return survey;
    } finally {
      lock.unlock();
      intake().recheck();
    }
  }

  private boolean isCurrent(Survey survey) {
    lock.lock();
    try {
      return current == survey;
    } finally {
      lock.unlock();
    }
  }

  /// A question to everybody, and the answers to it.
  public final class Survey {
    private final int number;
    private final Duration deadline;
    private final long begunNanos = System.nanoTime();
    private int asked; // written before it is handed out
    private int answers; // of the one thread that takes answers

    private Survey(int number, Duration deadline) {
      this.number = number;
      this.deadline = deadline;
    }

    private Duration left() {
      Duration left = deadline.minusNanos(System.nanoTime() - begunNanos);
      return left.isNegative() ? Duration.ZERO : left;
    }

    /// Returns how many were asked.
    public int asked() {
      return asked;
    }

    /// Returns the next answer, which is the caller's; empty once all have answered, the deadline
    /// has passed, or a newer survey was begun.
    ///
    /// Waits, one thread at a time, until the deadline at most.
    public Optional<Parts> next() throws IOException, InterruptedException {
      while (answers < asked) {
        Intake.Arrival next;
        try {
          next = intake().receive(Timer.of(left()), deadline, () -> !isCurrent(this));
        } catch (PeerException.TimedOut e) {
          return Optional.empty();
        }
        if (next == null) {
          return Optional.empty();
        }
        Parts answer = next.message();
        if (answer.count() > 2
            && answer.size(1) == 0
            && Arrays.equals(
                answer.bytes(0), ByteBuffer.allocate(Integer.BYTES).putInt(number).array())) {
          answers++;
          return Optional.of(answer.from(2));
        }
        outflow().drop(answer);
      }
      return Optional.empty();
    }
  }
}
