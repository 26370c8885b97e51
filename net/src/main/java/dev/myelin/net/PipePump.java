package dev.myelin.net;

import dev.myelin.net.pipe.Conveyor;
import dev.myelin.net.pipe.Pipe;
import dev.myelin.net.pipe.PipeOwner;
import dev.myelin.net.pipe.PipeTerms;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.PoolExhaustedException;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.Outlet;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.PartsInlet;
import dev.myelin.wire.parts.PartsSession;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Moves the messages of one pipe between its conveyors and a link.
///
/// The thread that shook hands reads. A second one writes: it begins with the first message and
/// goes home when there was none for a while. What gathers while it writes leaves in the next
/// write.
final class PipePump implements Pipe.Plug, Watchdog.Watched {
  private static final int MOST_OWED = 1024;

  /// So much in one write does not leave for long unless the peer takes it.
  private static final long MUCH_BYTES = 64 << 10;

  /// A peer that has memory set aside for a large part must bring so much of it in the time that
  /// [dev.myelin.wire.Limits.Flow#stall] gives.
  private static final long LEAST_BROUGHT_BYTES = 1 << 20;

  private final Link link;
  private final PartsSession session;
  private final PipeOwner owner;
  private final SocketOptions options;
  private final Conveyor in;
  private final Conveyor out;
  private final Pipe pipe;
  private final Entry inlet;
  private final PipeWriter writer;
  private final AtomicBoolean ended = new AtomicBoolean();

  /// Held by whoever writes, or takes out of the outgoing conveyor.
  private final ReentrantLock pen = new ReentrantLock();

  private final ConcurrentLinkedQueue<Consumer<Outlet>> owed = new ConcurrentLinkedQueue<>();
  private final AtomicInteger owing = new AtomicInteger();
  private final Outlet outlet = new Outlet(); // guarded by pen
  private volatile boolean writing; // written under pen
  private volatile long muchLeftNanos = System.nanoTime(); // written under pen
  private long askedNanos; // of the watchdog alone
  private long broughtNanos; // of the watchdog alone: when enough had come last
  private long broughtBytes; // of the watchdog alone
  private volatile @Nullable IOException reason;

  /// Why the watchdog closed the link; null if it did not.
  private volatile @Nullable String silence;

  /// What the peer said of how long its own silence may be; zero if nothing.
  private volatile long peersPatienceNanos;

  PipePump(Link link, PartsSession session, PipeTerms terms, PipeOwner owner, TensorPool pool) {
    this.link = link;
    this.session = session;
    this.owner = owner;
    this.options = terms.options();
    SocketOptions.Queues queues = options.queues();
    this.in = new Conveyor(queues.receive(), queues.bytes());
    this.out = new Conveyor(queues.send(), queues.bytes());
    this.pipe = new Pipe(session.peer(), link.remote().toString(), in, out, this);
    this.inlet = new Entry(pool);
    this.writer = new PipeWriter(link, this::writeAll, () -> !hasWork());
  }

  /// Reads until the link ends, in the caller's thread; returns why it did.
  IOException run() {
    IOException why;
    if (!owner.attached(pipe)) {
      why = new PeerException.Refused(link.remote() + ": this socket wants no further peer");
      end(why);
      session.close();
      return why;
    }
    link.transport().watchdog().watch(this);
    try {
      while (session.receive(inlet)) {
        inlet.hand();
      }
      inlet.hand();
      why = new PeerException.Closed(link.remote() + " left", false, null);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      why = new PeerException.Closed("the reader of " + link.remote() + " was stopped", false, e);
    } catch (IOException e) {
      why = silence == null ? e : new PeerException.TimedOut(silence);
    } catch (RuntimeException | Error e) {
      end(new PeerException.Closed("reading " + link.remote() + " failed: " + e, false, e));
      throw e;
    } finally {
      inlet.drop();
      session.close();
    }
    end(why);
    IOException first = reason;
    return first == null ? why : first;
  }

  private void end(IOException why) {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    reason = why;
    link.transport().watchdog().forget(this);
    link.close();
    in.close();
    out.close();
    writer.stop();
    List<Parts> unsent;
    pen.lock(); // a write that is under way fails now
    try {
      outlet.clear();
      unsent = out.drain();
    } finally {
      pen.unlock();
    }
    owner.detached(pipe, unsent, why);
  }

  @Override
  public void look(long nowNanos, boolean slept) {
    if (slept) {
      link.source().forgive(nowNanos);
      return;
    }
    // Our question stands behind what is being written: a peer that takes a large message lives.
    long silent = Math.min(link.source().silentNanos(nowNanos), nowNanos - muchLeftNanos);
    long limit = patienceNanos();
    if (silent > limit) {
      giveUp(
          "%s was silent for %d ms (expected: a sign of life within %d ms)"
              .formatted(link.remote(), silent / 1_000_000, limit / 1_000_000));
    } else if (stalls(nowNanos)) {
      giveUp(
          "%s holds memory for a large part and brings none of it (expected: %d bytes within %s)"
              .formatted(link.remote(), LEAST_BROUGHT_BYTES, stall()));
    } else if (asks() && (silent >= every() || inlet.handing) && nowNanos - askedNanos >= every()) {
      // Also while our own queue is full: nobody reads the peer's questions then, and it must hear
      // that we live.
      askedNanos = nowNanos;
      // Without patience of our own: whoever writes much more than it reads would seem dead.
      owe(to -> session.encodePing(Duration.ZERO, to));
    }
  }

  private void giveUp(String why) {
    link.transport().watchdog().forget(this);
    link.transport().counting().add(Counters.Counter.TIMED_OUT_SILENCE);
    silence = why;
    link.close(); // the reader tells why
  }

  private boolean stalls(long nowNanos) {
    long brought = link.source().consumed();
    if (!inlet.landing
        || inlet.handing
        || brought - broughtBytes >= LEAST_BROUGHT_BYTES
        || broughtNanos == 0) {
      broughtBytes = brought;
      broughtNanos = nowNanos;
    }
    return nowNanos - broughtNanos > stall().toNanos();
  }

  private Duration stall() {
    return link.transport().limits().flow().stall();
  }

  private long every() {
    return options.waits().heartbeat().toNanos();
  }

  private boolean asks() {
    return every() > 0 && !session.peer().version().equals("3.0");
  }

  private long patienceNanos() {
    long ours = asks() ? every() + options.waits().patience().toNanos() : Long.MAX_VALUE;
    long theirs = peersPatienceNanos == 0 ? Long.MAX_VALUE : peersPatienceNanos;
    return Math.min(ours, theirs);
  }

  private void owe(Consumer<Outlet> command) {
    if (owing.incrementAndGet() > MOST_OWED) {
      link.close(); // it asks without reading the answers
      return;
    }
    owed.add(command);
    wake();
  }

  @Override
  public void wake() {
    writer.wake();
  }

  @Override
  public void writeNow() {
    if (pen.tryLock()) {
      try {
        writeAll();
      } catch (IOException e) {
        link.close(); // the reader tells why
      } catch (RuntimeException | Error e) {
        link.close(); // a frame that was begun cannot be taken back
        throw e;
      } finally {
        pen.unlock();
      }
      if (!hasWork()) {
        return;
      }
    }
    wake();
  }

  private boolean hasWork() {
    return !owed.isEmpty() || !out.isEmpty();
  }

  /// Writes until nothing is left to write.
  private void writeAll() throws IOException {
    pen.lock();
    try {
      writing = true;
      while (gather()) {
        PipeWriter.write(outlet, link.duplex(), this::left);
        outlet.clear();
      }
    } finally {
      writing = false;
      pen.unlock();
    }
  }

  /// Small writes prove nothing: the kernel takes them for a dead peer too.
  private void left(long bytes) {
    if (bytes >= MUCH_BYTES) {
      muchLeftNanos = System.nanoTime();
    }
  }

  /// Encodes what waits, up to what one write should carry; returns whether there was anything.
  private boolean gather() {
    Consumer<Outlet> command;
    while ((command = owed.poll()) != null) {
      owing.decrementAndGet();
      command.accept(outlet);
    }
    Parts message;
    while (outlet.bytes() < PipeWriter.BATCH_BYTES && (message = out.poll()) != null) {
      encode(message);
    }
    if (out.isFedAgain()) {
      owner.writable(pipe);
    }
    return !outlet.isEmpty();
  }

  private void encode(Parts message) {
    if (message.allOnHeap()) {
      session.encode(message, outlet);
    } else if (!session.encode(message, outlet, message::close)) {
      message.close();
    }
  }

  @Override
  public boolean idle() {
    return !hasWork() && !writing;
  }

  @Override
  public void subscribe(byte[] prefix, boolean wanted) {
    owed.add(to -> session.encodeSubscription(prefix, wanted, to));
    owing.incrementAndGet();
    wake();
  }

  @Override
  public void finish() {
    out.close();
    if (pen.tryLock()) {
      try {
        link.endOutput();
      } finally {
        pen.unlock();
      }
    } else {
      link.close(); // it takes nothing: there is nothing to wait for
    }
  }

  @Override
  public void close() {
    end(new PeerException.Closed("the pipe to " + link.remote() + " was closed here", false, null));
  }

  /// Collects what comes out of one read and hands it over in one piece.
  private final class Entry implements PartsInlet {
    private final TensorPool pool;
    private @Nullable Parts[] batch = new Parts[16];
    private int count;
    private volatile boolean handing; // the queue may be full
    private volatile boolean landing; // memory was set aside for a message that is not whole

    Entry(TensorPool pool) {
      this.pool = pool;
    }

    @Override
    public void message(Parts message) {
      if (landing) {
        landing = false;
      }
      if (count == batch.length) {
        batch = Arrays.copyOf(batch, count * 2);
      }
      batch[count++] = message;
    }

    @Override
    public void subscription(byte[] prefix, boolean wanted) {
      owner.subscription(pipe, prefix, wanted);
    }

    @Override
    public void ping(byte[] context, Duration patience) {
      peersPatienceNanos = patience.toNanos();
      owe(to -> session.encodePong(context, to));
    }

    @Override
    public Tensor room(long bytes) throws PeerException {
      landing = true;
      try {
        return pool.allocate(DType.U8, Shape.of(bytes));
      } catch (PoolExhaustedException e) {
        throw new PeerException.Overloaded(
            link.remote() + ": " + e.getMessage() + " (close the messages you receive)", e);
      }
    }

    void hand() throws InterruptedException {
      if (count > 0) {
        handing = true;
        try {
          in.put(batch, count, () -> owner.readable(pipe));
        } finally {
          handing = false;
        }
        count = 0;
      }
    }

    /// Gives back what nobody will take.
    void drop() {
      for (Parts each : batch) {
        if (each != null) {
          each.close();
        }
      }
    }
  }
}
