package dev.myelin.net.pattern;

import dev.myelin.net.pipe.Pipe;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// The receiving half of a [Hub]: pipes that have messages, in turn, and the waits for one.
///
/// One lock, the gate, held for single steps; nothing that may lead into another hub is called
/// under it.
final class Intake {
  /// A message with the pipe it came through.
  record Arrival(Pipe pipe, Parts message) {}

  /// How many messages are taken ahead of a pipe that alone has some.
  private static final int AHEAD = 32;

  private final Outflow outflow;
  private final ReentrantLock gate = new ReentrantLock();
  private final Condition readable = gate.newCondition();
  private final ArrayDeque<Pipe> ready = new ArrayDeque<>(); // guarded by gate
  private final LastWords lastWords; // guarded by gate
  private volatile Hand hand = Hand.empty(); // written under gate, when the last one is empty
  private @Nullable Parts[] ahead = new Parts[AHEAD]; // guarded by gate
  private int waiting; // guarded by gate
  private long received; // guarded by gate
  private long receivedBytes; // guarded by gate

  /// @param mostBytes how many bytes peers that left may have sent that nobody has received
  Intake(Outflow outflow, long mostBytes) {
    this.outflow = outflow;
    this.lastWords = new LastWords(mostBytes);
  }

  /// Takes that a pipe has messages.
  void readable(Pipe pipe) {
    if (Seat.of(pipe).gone) {
      ended(pipe); // its last words came behind its end
      return;
    }
    gate.lock();
    try {
      enqueue(pipe);
      readable.signal();
    } finally {
      gate.unlock();
    }
  }

  private void enqueue(Pipe pipe) {
    Seat seat = Seat.of(pipe);
    if (!seat.ready) {
      seat.ready = true;
      ready.addLast(pipe);
    }
  }

  private void dequeue(Pipe pipe) {
    Seat seat = Seat.of(pipe);
    if (seat.ready) {
      seat.ready = false;
      ready.remove(pipe);
    }
  }

  /// Takes that a pipe ended. What came through it can still be received, unless others that left
  /// later need the room. Has every wait look again.
  void ended(Pipe pipe) {
    List<Parts> excess = new ArrayList<>();
    gate.lock();
    try {
      lastWords.gather(pipe);
      if (isEmpty(pipe)) {
        dequeue(pipe);
      } else {
        enqueue(pipe);
      }
      Pipe oldest;
      while ((oldest = lastWords.excess()) != null) {
        excess.addAll(lastWords.forget(oldest));
        dequeue(oldest);
      }
      readable.signalAll();
    } finally {
      gate.unlock();
    }
    excess.forEach(outflow::drop);
  }

  /// Has every wait look again.
  void recheck() {
    gate.lock();
    try {
      readable.signalAll();
    } finally {
      gate.unlock();
    }
  }

  /// Takes the next message, peers in turn; waits for one at most `limit`.
  ///
  /// @throws PeerException.TimedOut if none came in time
  Arrival receive(Duration limit) throws IOException, InterruptedException {
    Arrival next = tryReceive();
    return next == null ? receive(Timer.of(limit), limit) : next;
  }

  /// Likewise, within what is left of a time that began with `limit`.
  Arrival receive(Timer timer, Duration limit) throws IOException, InterruptedException {
    return Objects.requireNonNull(receive(timer, limit, Intake::never), "arrival");
  }

  private static boolean never() {
    return false;
  }

  /// Likewise; null if there is none and `hopeless` says so when a pipe ended.
  @Nullable Arrival receive(Timer timer, Duration limit, BooleanSupplier hopeless)
      throws IOException, InterruptedException {
    Arrival next;
    gate.lock();
    try {
      while ((next = poll()) == null && !hopeless.getAsBoolean()) {
        outflow.requireOpen();
        await(timer, limit);
      }
    } finally {
      gate.unlock();
    }
    if (next != null) {
      next.pipe().drained();
    }
    return next;
  }

  /// Waits for the next message without a bound; null once `stopped` says so.
  @Nullable Arrival arrival(BooleanSupplier stopped) throws IOException, InterruptedException {
    Duration forever = SocketOptions.Waits.FOREVER;
    return receive(Timer.of(forever), forever, stopped);
  }

  /// Likewise.
  @Nullable Parts next(BooleanSupplier stopped) throws IOException, InterruptedException {
    Arrival next = arrival(stopped);
    return next == null ? null : next.message();
  }

  /// Likewise.
  Receiving.@Nullable Delivery delivery(BooleanSupplier stopped)
      throws IOException, InterruptedException {
    Arrival next = arrival(stopped);
    return next == null ? null : Receiving.Delivery.of(next);
  }

  /// Returns the message of an arrival; empty if there was none.
  static Optional<Parts> message(@Nullable Arrival arrival) {
    return arrival == null ? Optional.empty() : Optional.of(arrival.message());
  }

  private void await(Timer timer, Duration limit) throws IOException, InterruptedException {
    waiting++;
    try {
      if (!timer.await(readable)) {
        throw new PeerException.TimedOut(
            "receive: nothing within %s (peers: %d)".formatted(limit, outflow.pipes().length));
      }
    } finally {
      waiting--;
    }
  }

  /// Takes the next message if there is one.
  @Nullable Arrival tryReceive() {
    Arrival next = hand.take();
    if (next != null) {
      return next;
    }
    gate.lock();
    try {
      next = poll();
    } finally {
      gate.unlock();
    }
    if (next != null) {
      next.pipe().drained();
    }
    return next;
  }

  private @Nullable Arrival poll() {
    Arrival next = hand.take();
    if (next != null) {
      return next;
    }
    Pipe pipe;
    while ((pipe = ready.peekFirst()) != null) {
      Parts message = lastWords.isEmpty() ? null : lastWords.poll(pipe);
      if (message == null) {
        message = pipe.poll();
      }
      if (message != null) {
        if (ready.size() > 1) {
          ready.addLast(ready.removeFirst());
        } else if (waiting == 0 && lastWords.isEmpty()) {
          takeAhead(pipe);
        }
        received++;
        receivedBytes += message.totalBytes();
        if (waiting > 0 && (ready.size() > 1 || !isEmpty(pipe))) {
          readable.signal();
        }
        return new Arrival(pipe, message);
      }
      ready.removeFirst();
      Seat.of(pipe).ready = false;
    }
    return null;
  }

  /// Takes messages into the hand, which is empty, if the pipe has many.
  private void takeAhead(Pipe pipe) {
    if (!pipe.pollAhead(ahead)) {
      return;
    }
    received += AHEAD;
    for (Parts each : ahead) {
      receivedBytes += each == null ? 0 : each.totalBytes();
    }
    hand = Hand.of(pipe, ahead);
    ahead = new Parts[AHEAD];
  }

  private static boolean isEmpty(Pipe pipe) {
    return Seat.of(pipe).words.isEmpty() && pipe.isEmpty();
  }

  /// Returns whether a message waits.
  boolean hasMessage() {
    gate.lock();
    try {
      if (hand.count() > 0) {
        return true;
      }
      for (Pipe each : ready) {
        if (!isEmpty(each)) {
          return true;
        }
      }
      return false;
    } finally {
      gate.unlock();
    }
  }

  long received() {
    gate.lock();
    try {
      return received - hand.count();
    } finally {
      gate.unlock();
    }
  }

  long receivedBytes() {
    gate.lock();
    try {
      return receivedBytes - hand.bytes();
    } finally {
      gate.unlock();
    }
  }

  /// Drops what came and nobody will take.
  void drop() {
    Arrival next;
    while ((next = tryReceive()) != null) {
      gate.lock();
      try {
        received--;
        receivedBytes -= next.message().totalBytes();
      } finally {
        gate.unlock();
      }
      outflow.drop(next.message());
    }
  }
}
