package dev.myelin.net.pattern;

import dev.myelin.net.pipe.Conveyor;
import dev.myelin.net.pipe.Pipe;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// The sending half of a [Hub]: its pipes in turn, and the waits for room.
///
/// One lock, the gate, held for single steps; nothing that may lead into another hub is called
/// under it. A second one is held by whoever moves what is homeless, and taken without the gate.
final class Outflow {
  private static final System.Logger LOG = System.getLogger(Outflow.class.getName());
  private static final Pipe[] NONE = {};

  /// How a message leaves.
  enum Manner {
    /// Soon, in a thread of the pipe.
    QUEUED,
    /// Likewise, as of [Pipe#offerAmongMany].
    AMONG_MANY,
    /// Now, as of [Pipe#offerNow].
    NOW
  }

  private final ReentrantLock gate = new ReentrantLock();
  private final Condition writable = gate.newCondition();
  private final ReentrantLock housing = new ReentrantLock();

  /// What pipes that ended had not sent, where another may.
  private final ConcurrentLinkedDeque<Parts> homeless = new ConcurrentLinkedDeque<>();

  private volatile Pipe[] pipes = NONE; // written under gate
  private volatile int turn; // where the next round begins; a lost update harms nobody
  private volatile boolean closed; // written under gate
  private long sentBefore; // guarded by gate: by pipes that have ended
  private long sentBytesBefore; // guarded by gate
  private final LongAdder dropped = new LongAdder();

  /// Returns the pipes there are now; must not be changed.
  Pipe[] pipes() {
    return pipes;
  }

  /// Takes a pipe in; returns false if this was closed, or the pipe ended before.
  boolean add(Pipe pipe) {
    gate.lock();
    try {
      if (closed || Seat.of(pipe).gone) {
        return false;
      }
      Pipe[] more = Arrays.copyOf(pipes, pipes.length + 1);
      more[pipes.length] = pipe;
      pipes = more;
      writable.signalAll();
      return true;
    } finally {
      gate.unlock();
    }
  }

  /// Takes a pipe out that ended without having sent these.
  void remove(Pipe pipe, List<Parts> unsent) {
    gate.lock();
    try {
      Seat.of(pipe).gone = true;
      List<Pipe> rest = new ArrayList<>(List.of(pipes));
      if (rest.remove(pipe)) {
        sentBefore += pipe.offered().messages() - unsent.size();
        sentBytesBefore += pipe.offered().bytes();
        unsent.forEach(each -> sentBytesBefore -= each.totalBytes());
      }
      pipes = rest.toArray(Pipe[]::new);
      writable.signalAll();
    } finally {
      gate.unlock();
    }
  }

  /// Takes that some pipe has room.
  void roomAgain() {
    boolean _ = rehouse();
    recheck();
  }

  /// Waits until something is so that a pipe, or [#recheck], can make so; returns whether it is.
  boolean await(BooleanSupplier state, Duration limit) throws InterruptedException {
    Timer timer = Timer.of(limit);
    gate.lock();
    try {
      while (!state.getAsBoolean()) {
        requireOpen();
        if (!timer.await(writable)) {
          return false;
        }
      }
      return true;
    } finally {
      gate.unlock();
    }
  }

  /// Has every wait of [#await] look again.
  void recheck() {
    gate.lock();
    try {
      writable.signalAll();
    } finally {
      gate.unlock();
    }
  }

  /// Gives a message to the next pipe in turn that has room, which is returned; waits for one at
  /// most `limit`. It is the hub's from now on, also if this throws.
  ///
  /// @throws PeerException.TimedOut if there was none in time
  Pipe sendInTurn(Parts message, Manner manner, Duration limit)
      throws IOException, InterruptedException {
    Timer timer = null;
    Pipe to = null;
    try {
      while ((to = offersInTurn(message, manner)) == null) {
        if (timer == null) {
          timer = Timer.of(limit);
        }
        awaitRoom(timer, limit);
      }
      return to;
    } finally {
      if (to == null) {
        message.close();
      }
    }
  }

  private void awaitRoom(Timer timer, Duration limit) throws IOException, InterruptedException {
    gate.lock();
    try {
      while (!hasRoom()) {
        requireOpen();
        if (!timer.await(writable)) {
          throw new PeerException.TimedOut(
              "send: no peer had room within %s (peers: %d, expected: one that reads)"
                  .formatted(limit, pipes.length));
        }
      }
    } finally {
      gate.unlock();
    }
  }

  /// Returns whether any pipe would take a message now; if not, listeners are told once one would.
  boolean hasRoom() {
    boolean has = false;
    for (Pipe each : pipes) {
      has |= each.hasRoom();
    }
    return has;
  }

  /// Gives messages to other pipes before all that is still to come; without one they wait for it.
  void sendAgain(List<Parts> messages) {
    if (messages.isEmpty()) {
      return;
    }
    if (closed) {
      messages.forEach(this::drop);
      return;
    }
    homeless.addAll(messages);
    rehouse();
    if (closed) {
      dropHomeless();
    }
  }

  /// Finds room for what a pipe left behind; returns whether all of it has some.
  private boolean rehouse() {
    if (homeless.isEmpty()) {
      return true;
    }
    housing.lock();
    try {
      Parts next;
      while ((next = homeless.peekFirst()) != null) {
        if (offersAround(next, Manner.QUEUED) == null) {
          return false;
        }
        homeless.removeFirst();
      }
      return true;
    } finally {
      housing.unlock();
    }
  }

  private @Nullable Pipe offersInTurn(Parts message, Manner manner) {
    return rehouse() ? offersAround(message, manner) : null;
  }

  private @Nullable Pipe offersAround(Parts message, Manner manner) {
    Pipe[] now = pipes;
    int begin = turn;
    for (int i = 0; i < now.length; i++) {
      int index = (begin + i) % now.length;
      if (takes(now[index], message, manner)) {
        int next = index + 1 == now.length ? 0 : index + 1;
        if (next != begin) {
          turn = next; // with one pipe never
        }
        return now[index];
      }
    }
    return null;
  }

  /// Gives a message to one pipe; waits for room at most `limit`. It is the hub's from now on, also
  /// if this throws.
  ///
  /// @throws PeerException.TimedOut if there was none in time
  /// @throws PeerException.Closed if the pipe ended
  void sendTo(Pipe pipe, Parts message, Manner manner, Duration limit)
      throws IOException, InterruptedException {
    boolean taken = false;
    Timer timer = null;
    try {
      taken = takes(pipe, message, manner);
      while (!taken) {
        if (pipe.isEnded()) {
          throw new PeerException.Closed(pipe.remote() + " is gone", false, null);
        }
        if (timer == null) {
          timer = Timer.of(limit);
        }
        awaitRoom(pipe, timer, limit);
        taken = takes(pipe, message, manner);
      }
    } finally {
      if (!taken) {
        message.close();
      }
    }
  }

  private void awaitRoom(Pipe pipe, Timer timer, Duration limit)
      throws IOException, InterruptedException {
    gate.lock();
    try {
      while (!pipe.hasRoom() && !pipe.isEnded()) {
        requireOpen();
        if (!timer.await(writable)) {
          throw new PeerException.TimedOut(
              "send: " + pipe.remote() + " had no room within " + limit);
        }
      }
    } finally {
      gate.unlock();
    }
  }

  /// Gives a message to a pipe if that has room, else drops and counts it; returns whether it had.
  /// It is the hub's from now on.
  boolean sendOrDrop(Pipe pipe, Parts message, Manner manner) {
    if (takes(pipe, message, manner)) {
      return true;
    }
    Seat seat = Seat.of(pipe);
    if (seat.dropped.sum() == 0) {
      LOG.log(
          System.Logger.Level.INFO,
          "messages to {0} are dropped: {1}",
          pipe.remote(),
          pipe.isEnded() ? "it is gone" : "it does not read, and its queue is full");
    }
    seat.dropped.increment();
    drop(message);
    return false;
  }

  private static boolean takes(Pipe pipe, Parts message, Manner manner) {
    Conveyor.Offer outcome =
        switch (manner) {
          case QUEUED -> pipe.offer(message);
          case AMONG_MANY -> pipe.offerAmongMany(message);
          case NOW -> pipe.offerNow(message);
        };
    return outcome != Conveyor.Offer.FULL && outcome != Conveyor.Offer.CLOSED;
  }

  /// Counts a message that no rule let through.
  void drop(Parts message) {
    dropped.increment();
    message.close();
  }

  /// Returns what pipes were given, but what some that ended had not sent.
  Conveyor.Tally sent() {
    gate.lock();
    try {
      long messages = sentBefore;
      long bytes = sentBytesBefore;
      for (Pipe each : pipes) {
        Conveyor.Tally offered = each.offered();
        messages += offered.messages();
        bytes += offered.bytes();
      }
      return new Conveyor.Tally(messages, bytes);
    } finally {
      gate.unlock();
    }
  }

  long dropped() {
    return dropped.sum();
  }

  boolean isClosed() {
    return closed;
  }

  void requireOpen() {
    if (closed) {
      throw new IllegalStateException("socket: closed (expected: open)");
    }
  }

  /// Likewise; a message that cannot be sent for that reason is closed.
  void requireOpenFor(Parts message) {
    if (closed) {
      message.close();
      requireOpen();
    }
  }

  /// Takes no further pipes and ends every wait; returns false if that was so before.
  boolean close() {
    gate.lock();
    try {
      boolean first = !closed;
      closed = true;
      writable.signalAll();
      return first;
    } finally {
      gate.unlock();
    }
  }

  /// Drops what no pipe took.
  void dropHomeless() {
    housing.lock();
    try {
      Parts next;
      while ((next = homeless.pollFirst()) != null) {
        drop(next);
      }
    } finally {
      housing.unlock();
    }
  }
}
