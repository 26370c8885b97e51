package dev.myelin.net.pattern;

import dev.myelin.net.pipe.Pipe;
import dev.myelin.net.pipe.Plumbing;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.SocketRole;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// One request at a time: send, receive, send, receive.
final class LockstepAsking implements Asking {
  /// Where the one request is.
  private enum Step {
    /// There is none.
    IDLE,
    /// A thread is about to send it, or waits for its reply.
    BUSY,
    /// It was sent, and nobody waits for its reply.
    OUT
  }

  private final Hub hub;
  private final RoundTrips trips;
  private final ReentrantLock lock = new ReentrantLock();
  private Step step = Step.IDLE; // guarded by lock
  private @Nullable Pipe asked; // of the thread that made the step busy
  private long begunNanos; // likewise

  LockstepAsking(Plumbing plumbing, SocketOptions options, RoundTrips trips) {
    this.hub = new Hub(SocketRole.REQ, options, plumbing, new Hub.Rules() {});
    this.trips = trips;
  }

  @Override
  public Hub hub() {
    return hub;
  }

  @Override
  public Parts request(Parts message, Requester.Patience patience, Duration room)
      throws IOException, InterruptedException {
    send(message, room);
    return receive(patience.answer());
  }

  @Override
  public void send(Parts message, Duration room) throws IOException, InterruptedException {
    try {
      enter(Step.IDLE, "send", "the reply to the one before to be received");
    } catch (IllegalStateException e) {
      message.close();
      throw e;
    }
    Step then = Step.IDLE;
    try {
      begunNanos = System.nanoTime();
      // The peer has read all that went before, or it could not have replied to it.
      asked = hub.outflow().sendInTurn(message.behind(DELIMITER), Outflow.Manner.NOW, room);
      then = Step.OUT;
    } finally {
      leave(then);
    }
  }

  @Override
  public Parts receive(Duration limit) throws IOException, InterruptedException {
    enter(Step.OUT, "receive", "a request to be sent first, by one thread at a time");
    Step then = Step.OUT;
    try {
      Parts reply = reply(Objects.requireNonNull(asked, "asked"), limit);
      then = Step.IDLE;
      if (reply == null) {
        throw new PeerException.Closed(
            asked.remote() + " left before it replied (expected: a reply)", true, null);
      }
      trips.add(System.nanoTime() - begunNanos);
      return reply;
    } finally {
      leave(then);
    }
  }

  private @Nullable Parts reply(Pipe from, Duration limit)
      throws IOException, InterruptedException {
    Timer timer = Timer.of(limit);
    while (true) {
      Intake.Arrival next = hub.intake().receive(timer, limit, from::isEnded);
      if (next == null) {
        return null;
      }
      Parts reply = next.message();
      if (next.pipe() == from && reply.count() > 1 && reply.size(0) == 0) {
        return reply.from(1);
      }
      hub.outflow().drop(reply); // nobody asked for it
    }
  }

  private void enter(Step expected, String call, String wanted) {
    lock.lock();
    try {
      if (step != expected) {
        throw new IllegalStateException(
            "%s: the request is %s (expected: %s)".formatted(call, step, wanted));
      }
      step = Step.BUSY;
    } finally {
      lock.unlock();
    }
  }

  private void leave(Step next) {
    lock.lock();
    try {
      step = next;
    } finally {
      lock.unlock();
    }
  }
}
