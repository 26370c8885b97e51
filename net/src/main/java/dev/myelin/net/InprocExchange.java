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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Pipes within the process: what one side sends is what the other receives, not even copied.
///
/// Who connects before anybody binds waits for it.
final class InprocExchange {
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Desk> bound = new HashMap<>(); // guarded by lock
  private final List<Desk> waiting = new ArrayList<>(); // guarded by lock

  /// One side that is known by name.
  private final class Desk implements Plumbing.Use {
    private final String endpoint;
    private final PipeTerms terms;
    private final PipeOwner owner;
    private final List<Pipe> pipes = new ArrayList<>(); // guarded by lock

    Desk(String endpoint, PipeTerms terms, PipeOwner owner) {
      this.endpoint = endpoint;
      this.terms = terms;
      this.owner = owner;
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
    Desk desk = new Desk(endpoint, terms, owner);
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
    } finally {
      lock.unlock();
    }
    callers.forEach(caller -> join(desk, caller));
    return desk;
  }

  Plumbing.Use connect(String endpoint, PipeTerms terms, PipeOwner owner) {
    Desk caller = new Desk(endpoint, terms, owner);
    Desk desk;
    lock.lock();
    try {
      desk = bound.get(endpoint);
      if (desk == null) {
        waiting.add(caller);
      }
    } finally {
      lock.unlock();
    }
    if (desk != null) {
      join(desk, caller);
    }
    return caller;
  }

  private void join(Desk desk, Desk caller) {
    if (!desk.terms.role().speaksTo(caller.terms.role())) {
      caller.owner.failed(
          caller.endpoint,
          new PeerException.Refused(
              "%s: a %s is there (expected: one that speaks to %s)"
                  .formatted(caller.endpoint, desk.terms.role(), caller.terms.role())));
      return;
    }
    Conveyor there = between(caller.terms.options(), desk.terms.options());
    Conveyor back = between(desk.terms.options(), caller.terms.options());
    Half atDesk = new Half(desk);
    Half atCaller = new Half(caller);
    atDesk.pair(atCaller, new Pipe(told(caller), caller.endpoint, there, back, atDesk));
    atCaller.pair(atDesk, new Pipe(told(desk), desk.endpoint, back, there, atCaller));
    lock.lock();
    try {
      desk.pipes.add(atDesk.pipe());
      caller.pipes.add(atCaller.pipe());
    } finally {
      lock.unlock();
    }
    if (!atDesk.begin() || !atCaller.begin()) {
      atDesk.close();
      return;
    }
    atDesk.opened();
    atCaller.opened();
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
      return desk.owner.attached(pipe());
    }

    /// Lets through what was said before the other side knew of the pipe.
    void opened() {
      List<Runnable> held;
      state.lock();
      try {
        held = early == null ? List.of() : early;
        early = null;
      } finally {
        state.unlock();
      }
      held.forEach(Runnable::run);
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
      desk.owner.detached(
          pipe(), List.of(), new PeerException.Closed(desk.endpoint + " was closed", false, null));
    }
  }
}
