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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Many requests at once, each with a number that comes back with its reply.
///
/// Of the threads that wait for replies one, the leader, receives for all. When it has its own, the
/// next waiting one leads. Only a peer that was asked can answer.
final class NumberedAsking implements Asking {
  /// How many replies are kept while it is not known yet who was asked; more are nobody's.
  private static final int MOST_EARLY = 16;

  /// A request whose reply somebody wants.
  private final class Question {
    final int number;
    final long begunNanos = System.nanoTime();
    final Condition changed = lock.newCondition();
    volatile @Nullable Pipe asked; // written under lock
    @Nullable Parts reply; // guarded by lock

    /// All that were asked, guarded by lock; of several attempts any may answer.
    final Set<Pipe> all = new HashSet<>();

    /// What came while it was being sent, and nobody could tell yet to whom; guarded by lock.
    final List<Intake.Arrival> early = new ArrayList<>();

    boolean asking; // guarded by lock

    Question(int number) {
      this.number = number;
    }

    boolean isLost() {
      Pipe to = asked;
      return to != null && to.isEnded() && to.isEmpty();
    }
  }

  private final Hub hub;
  private final RoundTrips trips;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Integer, Question> open = new HashMap<>(); // guarded by lock
  private int numbers; // guarded by lock
  private boolean led; // guarded by lock
  private @Nullable Question sent; // guarded by lock: what `send` sent last

  NumberedAsking(Plumbing plumbing, SocketOptions options, RoundTrips trips) {
    this.hub = new Hub(SocketRole.REQ, options, plumbing, new Rules());
    this.trips = trips;
  }

  @Override
  public Hub hub() {
    return hub;
  }

  @Override
  public Parts request(Parts message, Requester.Patience patience, Duration room)
      throws IOException, InterruptedException {
    Question question = begin();
    try (Shared shared = new Shared(message)) {
      for (int attempt = 1; attempt < patience.attempts(); attempt++) {
        Parts reply = attempt(question, shared, patience.answer(), room);
        if (reply != null) {
          return reply;
        }
      }
      ask(question, shared.share(), room);
      return await(question, patience.answer());
    } finally {
      end(question);
    }
  }

  private @Nullable Parts attempt(Question question, Shared message, Duration answer, Duration room)
      throws IOException, InterruptedException {
    try {
      ask(question, message.share(), room);
      return await(question, answer);
    } catch (PeerException.TimedOut | PeerException.Closed e) {
      return null; // the next attempt may do better
    }
  }

  @Override
  public void end() {
    Question last;
    lock.lock();
    try {
      last = sent;
    } finally {
      lock.unlock();
    }
    if (last != null) {
      end(last);
    }
  }

  @Override
  public void send(Parts message, Duration room) throws IOException, InterruptedException {
    Question question = begin();
    boolean done = false;
    try {
      ask(question, message, room);
      done = true;
    } finally {
      Question before = done ? remember(question) : question;
      if (before != null) {
        end(before);
      }
    }
  }

  private @Nullable Question remember(Question question) {
    lock.lock();
    try {
      Question before = sent;
      sent = question;
      return before;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Parts receive(Duration limit) throws IOException, InterruptedException {
    Question question;
    lock.lock();
    try {
      question = sent;
      if (question == null) {
        throw new IllegalStateException(
            "receive: no request is out (expected: one to be sent first)");
      }
    } finally {
      lock.unlock();
    }
    boolean over = true;
    try {
      return await(question, limit);
    } catch (PeerException.TimedOut | InterruptedException e) {
      over = false;
      throw e;
    } finally {
      if (over) {
        end(question);
      }
    }
  }

  private Question begin() {
    lock.lock();
    try {
      Question question = new Question(numbers++);
      open.put(question.number, question);
      return question;
    } finally {
      lock.unlock();
    }
  }

  private void end(Question question) {
    Parts late;
    lock.lock();
    try {
      open.remove(question.number);
      if (sent == question) {
        sent = null;
      }
      late = question.reply;
      question.reply = null;
      question.early.forEach(each -> hub.outflow().drop(each.message()));
      question.early.clear();
    } finally {
      lock.unlock();
    }
    if (late != null) {
      hub.outflow().drop(late);
    }
  }

  private void ask(Question question, Parts message, Duration room)
      throws IOException, InterruptedException {
    byte[] number = ByteBuffer.allocate(Integer.BYTES).putInt(question.number).array();
    asking(question, true);
    Pipe to = null;
    try {
      to = hub.outflow().sendInTurn(message.behind(number, DELIMITER), Outflow.Manner.QUEUED, room);
    } finally {
      asked(question, to);
    }
  }

  private void asking(Question question, boolean is) {
    lock.lock();
    try {
      question.asking = is;
    } finally {
      lock.unlock();
    }
  }

  private void asked(Question question, @Nullable Pipe to) {
    lock.lock();
    try {
      question.asking = false;
      if (to != null) {
        question.asked = to;
        question.all.add(to);
      }
      List<Intake.Arrival> early = List.copyOf(question.early);
      question.early.clear();
      early.forEach(each -> answer(question, each));
    } finally {
      lock.unlock();
    }
  }

  private Parts await(Question question, Duration limit) throws IOException, InterruptedException {
    Timer timer = Timer.of(limit);
    lock.lock();
    try {
      while (true) {
        Parts reply = question.reply;
        if (reply != null) {
          question.reply = null;
          trips.add(System.nanoTime() - question.begunNanos);
          return reply;
        }
        hub.outflow().requireOpen();
        if (!led) {
          lead(question, timer, limit);
        } else if (question.isLost()) {
          throw lost(question);
        } else if (!timer.await(question.changed)) {
          throw new PeerException.TimedOut("receive: no reply within " + limit);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /// Receives until the leader has its own reply; holds the lock, but for the waits.
  private void lead(Question mine, Timer timer, Duration limit)
      throws IOException, InterruptedException {
    led = true;
    try {
      while (mine.reply == null) {
        Intake.Arrival next = awaitNext(mine, timer, limit);
        if (next == null) {
          throw lost(mine);
        }
        file(next);
        if (next.pipe().isEnded()) {
          wakeAsksOf(next.pipe());
        }
      }
    } finally {
      led = false;
      for (Question each : open.values()) {
        if (each != mine) {
          each.changed.signal(); // one of them leads
        }
      }
    }
  }

  private Intake.@Nullable Arrival awaitNext(Question mine, Timer timer, Duration limit)
      throws IOException, InterruptedException {
    lock.unlock();
    try {
      return hub.intake().receive(timer, limit, mine::isLost);
    } finally {
      lock.lock();
    }
  }

  private void file(Intake.Arrival next) {
    Parts reply = next.message();
    boolean numbered = reply.count() > 2 && reply.size(0) == Integer.BYTES && reply.size(1) == 0;
    Question question = numbered ? open.get(ByteBuffer.wrap(reply.bytes(0)).getInt()) : null;
    if (question == null) {
      hub.outflow().drop(reply); // late, or never asked for
    } else if (question.asking
        && !question.all.contains(next.pipe())
        && question.early.size() < MOST_EARLY) {
      question.early.add(next);
    } else {
      answer(question, next);
    }
  }

  private void answer(Question question, Intake.Arrival next) {
    if (question.reply != null || !question.all.contains(next.pipe())) {
      hub.outflow().drop(next.message()); // one is there, or this peer was not asked
      return;
    }
    question.reply = next.message().from(2);
    question.changed.signal();
  }

  private void wakeAsksOf(Pipe pipe) {
    for (Question each : open.values()) {
      if (each.asked == pipe) {
        each.changed.signal();
      }
    }
  }

  private static PeerException lost(Question question) {
    Pipe asked = question.asked;
    return new PeerException.Closed(
        (asked == null ? "the peer" : asked.remote()) + " left before it replied", true, null);
  }

  /// Wakes whoever waits for a peer that left.
  private final class Rules implements Hub.Rules {
    @Override
    public void left(Pipe pipe) {
      lock.lock();
      try {
        wakeAsksOf(pipe);
      } finally {
        lock.unlock();
      }
    }
  }
}
