package dev.myelin.net;

import dev.myelin.net.pipe.Conveyor;
import dev.myelin.net.pipe.Pipe;
import dev.myelin.net.pipe.PipeOwner;
import dev.myelin.net.pipe.PipeTerms;
import dev.myelin.net.pipe.Plumbing;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.PartsPeer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Pipes within the process: what one side sends is what the other receives, not even copied.
///
/// Who connects before anybody binds waits for it, and so does who lost the one it was connected
/// to. Who was turned away asks again, ever more rarely.
final class InprocExchange {
  private final Transport transport;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<String, Desk> bound = new HashMap<>(); // guarded by lock
  private final List<Desk> waiting = new ArrayList<>(); // guarded by lock

  InprocExchange(Transport transport) {
    this.transport = transport;
  }

  /// One side that is known by name.
  private final class Desk implements Plumbing.Use {
    private final String endpoint;
    private final PipeTerms terms;
    private final PipeOwner owner;
    private final List<Pipe> pipes = new ArrayList<>(); // guarded by lock
    private boolean closed; // guarded by lock

    /// Of who connects, guarded by lock; null for who is bound.
    private final @Nullable Backoff backoff;

    Desk(String endpoint, PipeTerms terms, PipeOwner owner, boolean calls) {
      this.endpoint = endpoint;
      this.terms = terms;
      this.owner = owner;
      Duration first = terms.options().waits().reconnect();
      this.backoff = calls ? new Backoff(transport.random(), first) : null;
    }

    @Override
    public String endpoint() {
      return endpoint;
    }

    @Override
    public void close(boolean withPipes) {
      List<Pipe> open;
      lock.lock();
      try {
        closed = true;
        changed.signalAll();
        bound.remove(endpoint, this);
        waiting.remove(this);
        open = List.copyOf(pipes);
      } finally {
        lock.unlock();
      }
      if (withPipes) {
        open.forEach(Pipe::close);
      }
    }
  }

  Plumbing.Use bind(String endpoint, PipeTerms terms, PipeOwner owner) throws IOException {
    Desk desk = new Desk(endpoint, terms, owner, false);
    List<Desk> callers = new ArrayList<>();
    lock.lock();
    try {
      if (bound.putIfAbsent(endpoint, desk) != null) {
        throw new IOException(
            "cannot listen on " + endpoint + ": taken (expected: a name that nobody has bound)");
      }
      for (Desk caller : waiting) {
        if (caller.endpoint.equals(endpoint)) {
          callers.add(caller);
        }
      }
      waiting.removeAll(callers);
      changed.signalAll(); // to those that pause before they ask again
    } finally {
      lock.unlock();
    }
    for (Desk caller : callers) {
      if (!joins(desk, caller)) {
        seek(caller);
      }
    }
    return desk;
  }

  Plumbing.Use connect(String endpoint, PipeTerms terms, PipeOwner owner) {
    Desk caller = new Desk(endpoint, terms, owner, true);
    seek(caller);
    return caller;
  }

  /// Joins a caller to whoever is bound there, or has it wait for somebody.
  private void seek(Desk caller) {
    Desk desk = boundFor(caller);
    while (desk != null && !joins(desk, caller)) {
      desk = boundFor(caller);
    }
  }

  /// Returns who is bound where a caller looks. If nobody is, the caller waits from now on, unless
  /// it was closed.
  private @Nullable Desk boundFor(Desk caller) {
    lock.lock();
    try {
      Desk desk = caller.closed ? null : bound.get(caller.endpoint);
      if (desk == null) {
        await(caller);
      }
      return desk;
    } finally {
      lock.unlock();
    }
  }

  private void await(Desk caller) {
    lock.lock();
    try {
      if (!caller.closed && !waiting.contains(caller)) {
        waiting.add(caller);
      }
    } finally {
      lock.unlock();
    }
  }

  /// Has a caller wait for somebody else than who is bound; returns false if there is somebody else
  /// by now.
  private boolean awaitsOther(Desk caller, Desk unfit) {
    lock.lock();
    try {
      Desk now = bound.get(caller.endpoint);
      if (now != null && now != unfit) {
        return false;
      }
      await(caller);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /// Takes that the pipe of a caller ended: it asks again, at once if somebody else binds.
  private void lost(Desk caller, Backoff backoff) {
    lock.lock();
    try {
      await(caller);
      if (caller.closed || !bound.containsKey(caller.endpoint)) {
        return; // whoever binds takes it
      }
    } finally {
      lock.unlock();
    }
    Thread _ =
        transport
            .tasks()
            .fork(
                transport.threadName("inproc"),
                () -> {
                  if (pause(caller, backoff)) {
                    seek(caller);
                  }
                });
  }

  /// Waits a while; returns false once the caller was closed, or taken by somebody who bound.
  private boolean pause(Desk caller, Backoff backoff) throws InterruptedException {
    lock.lock();
    try {
      long left = backoff.next().toNanos();
      while (waiting.contains(caller) && left > 0) {
        left = changed.awaitNanos(left);
      }
      return waiting.remove(caller);
    } finally {
      lock.unlock();
    }
  }

  /// Joins a caller to who is bound, or has it wait for somebody else; returns false if it should
  /// look again who is bound now.
  private boolean joins(Desk desk, Desk caller) {
    if (!desk.terms.role().speaksTo(caller.terms.role())) {
      caller.owner.failed(
          caller.endpoint,
          new PeerException.Refused(
              "%s: a %s is there (expected: one that speaks to %s)"
                  .formatted(caller.endpoint, desk.terms.role(), caller.terms.role())));
      return awaitsOther(caller, desk);
    }
    Conveyor there = between(caller.terms.options(), desk.terms.options());
    Conveyor back = between(desk.terms.options(), caller.terms.options());
    Half atDesk = new Half(desk);
    Half atCaller = new Half(caller);
    atDesk.pair(atCaller, new Pipe(told(caller), caller.endpoint, there, back, atDesk));
    atCaller.pair(atDesk, new Pipe(told(desk), desk.endpoint, back, there, atCaller));
    if (!seat(atDesk, atCaller)) {
      return false;
    }
    if (!atDesk.begin() || !atCaller.begin()) {
      atDesk.close();
      return true;
    }
    joined(caller);
    atDesk.opened();
    atCaller.opened();
    return true;
  }

  /// Notes the ends of a new pipe; returns false if one of the desks was closed meanwhile.
  private boolean seat(Half atDesk, Half atCaller) {
    lock.lock();
    try {
      if (atDesk.desk.closed || atCaller.desk.closed) {
        return false;
      }
      atDesk.desk.pipes.add(atDesk.pipe());
      atCaller.desk.pipes.add(atCaller.pipe());
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void joined(Desk caller) {
    lock.lock();
    try {
      if (caller.backoff != null) {
        caller.backoff.reset();
      }
    } finally {
      lock.unlock();
    }
  }

  private static Conveyor between(SocketOptions from, SocketOptions to) {
    int send = from.queues().send();
    int receive = to.queues().receive();
    return new Conveyor(
        send == 0 || receive == 0 ? 0 : Math.addExact(send, receive),
        Math.max(from.queues().bytes(), to.queues().bytes()));
  }

  private static PartsPeer told(Desk desk) {
    return new PartsPeer(
        desk.terms.role(), desk.terms.options().routingId(), "inproc", "NULL", "", Map.of());
  }

  /// One end of a pipe within the process.
  private final class Half implements Pipe.Plug {
    private final Desk desk;
    private @Nullable Half other;
    private @Nullable Pipe pipe;
    private final ReentrantLock state = new ReentrantLock();
    private @Nullable List<Runnable> early = new ArrayList<>(); // guarded by state
    private boolean ended; // guarded by state

    Half(Desk desk) {
      this.desk = desk;
    }

    void pair(Half with, Pipe mine) {
      other = with;
      pipe = mine;
    }

    Pipe pipe() {
      return Objects.requireNonNull(pipe, "pipe");
    }

    private Half other() {
      return Objects.requireNonNull(other, "other");
    }

    boolean begin() {
      if (!desk.owner.attached(pipe())) {
        return false;
      }
      if (isEnded()) {
        detach(); // the other side ended it before ours knew of it
        return false;
      }
      return true;
    }

    private boolean isEnded() {
      state.lock();
      try {
        return ended;
      } finally {
        state.unlock();
      }
    }

    /// Lets through what was said before the other side knew of the pipe.
    void opened() {
      List<Runnable> held = heldNext();
      while (!held.isEmpty()) {
        held.forEach(Runnable::run);
        held = heldNext();
      }
    }

    /// Returns what was held meanwhile; once there is nothing, nothing is held any more, so that no
    /// word overtakes an earlier one.
    private List<Runnable> heldNext() {
      state.lock();
      try {
        List<Runnable> held = early == null ? List.of() : early;
        early = held.isEmpty() ? null : new ArrayList<>();
        return held;
      } finally {
        state.unlock();
      }
    }

    private void later(Runnable word) {
      state.lock();
      try {
        if (early != null) {
          early.add(word);
          return;
        }
      } finally {
        state.unlock();
      }
      word.run();
    }

    @Override
    public void wake() {
      later(() -> other().desk.owner.readable(other().pipe()));
    }

    @Override
    public void writeNow() {
      wake();
    }

    @Override
    public void drained() {
      if (other().pipe().hasRoomAgain()) {
        other().desk.owner.writable(other().pipe());
      }
    }

    @Override
    public void subscribe(byte[] prefix, boolean wanted) {
      later(() -> other().desk.owner.subscription(other().pipe(), prefix, wanted));
    }

    @Override
    public String medium() {
      return "inproc";
    }

    @Override
    public void finish() {
      close();
    }

    @Override
    public boolean idle() {
      return true;
    }

    @Override
    public void close() {
      end();
      other().end();
    }

    private void end() {
      state.lock();
      try {
        if (ended) {
          return;
        }
        ended = true;
        early = null;
      } finally {
        state.unlock();
      }
      pipe().endOffers();
      lock.lock();
      try {
        desk.pipes.remove(pipe());
      } finally {
        lock.unlock();
      }
      detach();
      if (desk.backoff != null) {
        lost(desk, desk.backoff);
      }
    }

    private void detach() {
      desk.owner.detached(
          pipe(), List.of(), new PeerException.Closed(desk.endpoint + " was closed", false, null));
    }
  }
}
