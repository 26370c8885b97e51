package dev.myelin.net;

import dev.myelin.net.pipe.Conveyor;
import dev.myelin.net.pipe.Load;
import dev.myelin.net.pipe.Pipe;
import dev.myelin.net.pipe.PipeOwner;
import dev.myelin.net.pipe.PipeTerms;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.PoolExhaustedException;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.Carrier;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.Outlet;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.PartsInlet;
import dev.myelin.wire.parts.PartsSession;
import dev.myelin.wire.parts.SocketRole;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Moves the messages of one pipe between its conveyors and a link.
///
/// The thread that shook hands reads. A second one writes: it begins with the first message and
/// goes home when there was none for a while. What gathers while it writes leaves in the next
/// write.
final class PipePump implements Pipe.Plug, Watchdog.Watched {
  /// How long what a peer sent before it left may take to be read.
  private static final long LAST_WORDS_NANOS = TimeUnit.SECONDS.toNanos(1);

  /// How much of it is taken beyond the bounds of the queue; the kernel holds less.
  private static final long LAST_WORDS_BYTES = 64 << 20;

  private final Link link;
  private final PartsSession session;
  private final PipeOwner owner;
  private final Conveyor in;
  private final Conveyor out;
  private final Pipe pipe;
  private final Entry inlet;
  private final PipeWriter writer;
  private final AtomicBoolean ended = new AtomicBoolean();

  /// Held by whoever writes, or takes out of the outgoing conveyor.
  private final ReentrantLock pen = new ReentrantLock();

  private final PipeErrands errands;
  private final PipeNeighbour near;
  private final Outlet outlet = new Outlet(); // guarded by pen
  private volatile boolean writing; // written under pen
  private final PipeVigil vigil;
  private volatile boolean broken; // nothing can be written any more
  private volatile long brokenNanos; // written before broken, and by the watchdog
  private volatile @Nullable IOException reason;

  /// Why the watchdog closed the link; null if it did not.
  private volatile @Nullable String silence;

  /// @param carrier what the link stands on; null for a peer that is no member of the community
  PipePump(
      Link link,
      PartsSession session,
      PipeTerms terms,
      PipeOwner owner,
      TensorPool pool,
      @Nullable Carrier carrier) {
    this.link = link;
    this.session = session;
    this.owner = owner;
    SocketOptions options = terms.options();
    SocketOptions.Queues queues = options.queues();
    this.in = new Conveyor(queues.receive(), queues.bytes());
    this.out =
        gathers(session)
            ? Conveyor.gathering(queues.send(), queues.bytes())
            : new Conveyor(queues.send(), queues.bytes());
    this.pipe = new Pipe(session.peer(), link.remote().toString(), in, out, this);
    this.errands = new PipeErrands(session);
    this.near = new PipeNeighbour(link, session, carrier, this::wake);
    this.inlet = new Entry(pool);
    this.writer = new PipeWriter(link, this::writeAll, () -> !hasWork(), this::broken);
    this.vigil = new PipeVigil(link, options.waits(), !session.peer().version().equals("3.0"));
  }

  /// Returns whether brief messages wait in the form in which they leave. Not those of a publisher:
  /// there all pipes share one.
  private static boolean gathers(PartsSession session) {
    boolean publishes = session.role() == SocketRole.PUB || session.role() == SocketRole.XPUB;
    return session.encodesBriefly() && !publishes;
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
    link.duplex().onClose(in::close); // nobody reads on, so nothing waits for room
    link.transport().watchdog().watch(this);
    near.begin();
    try {
      while (session.receive(inlet)) {
        inlet.gathered = session.gatheredBytes();
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
      inlet.load.close();
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
    near.close();
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
    in.rest();
    out.rest();
    if (slept) {
      vigil.slept(nowNanos);
      brokenNanos = nowNanos; // what the peer said last may be read from now on
      return;
    }
    if (isGivenUp(nowNanos)) {
      link.transport().watchdog().forget(this);
      link.transport().counting().add(Counters.Counter.TIMED_OUT_SILENCE);
    } else if (broken) {
      if (nowNanos - brokenNanos > LAST_WORDS_NANOS) {
        link.close();
      }
    } else if (vigil.mayAsk(nowNanos, inlet.handing)) {
      errands.ask();
      wake();
    }
  }

  /// Ends the link to a peer that is silent or owes too much; the reader tells why.
  private boolean isGivenUp(long nowNanos) {
    String silent = vigil.silence(nowNanos);
    String verdict = silent != null ? silent : vigil.stall(nowNanos, inlet.kept());
    if (verdict == null) {
      return false;
    }
    silence = verdict;
    if (silent != null) {
      link.abort();
    } else {
      link.close();
    }
    return true;
  }

  /// Takes that nothing can be written any more. The peer has left, and what it sent before that is
  /// still to be read: the reader does not wait for room from now on, comes to the end, and tells
  /// why.
  private void broken() {
    if (broken) {
      return; // the time for last words runs once
    }
    brokenNanos = System.nanoTime();
    broken = true;
    writer.stop();
    out.close(); // others may take what is offered from now on
    in.close();
  }

  @Override
  public void wake() {
    writer.wake();
  }

  @Override
  public void wakeLater() {
    link.transport().herald().call(writer);
  }

  @Override
  public void writeNow() {
    // Under an interrupt the socket would close itself; the pipe's own thread is never interrupted.
    if (!broken && !Thread.currentThread().isInterrupted() && pen.tryLock()) {
      vigil.awaited(true);
      try {
        writeOnce();
      } catch (IOException e) {
        broken();
      } catch (RuntimeException | Error e) {
        link.close(); // a frame that was begun cannot be taken back
        throw e;
      } finally {
        vigil.awaited(false);
        pen.unlock();
      }
      if (!hasWork()) {
        return;
      }
    }
    wake();
  }

  private boolean hasWork() {
    return !errands.isEmpty() || !out.isEmpty() || !near.isEmpty();
  }

  /// Writes until nothing is left to write.
  private void writeAll() throws IOException {
    pen.lock();
    try {
      while (writeOnce()) {
        near.rest(!out.isEmpty()); // each round takes what gathered meanwhile
      }
    } catch (RuntimeException | Error e) {
      link.close(); // a frame that was begun cannot be taken back, so nobody may write on
      throw e;
    } finally {
      pen.unlock();
    }
  }

  /// Writes what waits, up to what one write should carry; returns whether there was anything.
  private boolean writeOnce() throws IOException {
    writing = true;
    try {
      boolean any = gather();
      if (any) {
        PipeWriter.write(outlet, link.duplex(), vigil::wrote);
        long bytes = outlet.bytes();
        outlet.clear();
        near.left(bytes);
      }
      return any;
    } finally {
      writing = false;
    }
  }

  /// Encodes what waits, up to what one write should carry; returns whether there was anything.
  private boolean gather() {
    errands.gather(outlet, vigil::asked);
    if (near.gather(outlet)) {
      return true; // what follows goes another way
    }
    int taken = 0;
    int more = 1;
    while (more > 0 && outlet.bytes() < PipeWriter.BATCH_BYTES) {
      more = encodeNext();
      taken += more;
    }
    near.carries(taken);
    if (out.isFedAgain()) {
      owner.writable(pipe);
    }
    return !outlet.isEmpty();
  }

  /// Encodes a message, or many that wait as they will leave; returns how many.
  private int encodeNext() {
    int poured = out.pour(outlet, PipeWriter.BATCH_BYTES - outlet.bytes());
    if (poured > 0) {
      return poured;
    }
    Parts message = out.poll();
    if (message == null) {
      return 0;
    }
    encode(message);
    return 1;
  }

  private void encode(Parts message) {
    try {
      if (message.allOnHeap()) {
        session.encode(message, outlet);
      } else if (!session.encode(message, outlet, message::close)) {
        message.close();
      }
    } catch (RuntimeException | Error e) {
      message.close(); // nobody else has it any more
      throw e;
    }
  }

  @Override
  public boolean idle() {
    return !hasWork() && !writing;
  }

  @Override
  public void subscribe(byte[] prefix, boolean wanted) {
    errands.wish(prefix, wanted);
    wake();
  }

  @Override
  public void finish() {
    out.close();
    if (pen.tryLock()) {
      try {
        near.finish();
        link.endOutput();
      } finally {
        pen.unlock();
      }
    } else {
      link.close(); // it takes nothing: there is nothing to wait for
    }
  }

  @Override
  public String medium() {
    return link.duplex().protection();
  }

  @Override
  public void close() {
    end(new PeerException.Closed("the pipe to " + link.remote() + " was closed here", false, null));
  }

  /// Collects what comes out of one read and hands it over in one piece.
  private final class Entry implements PartsInlet {
    private final TensorPool pool;
    private final Load load = in.load();
    private long lastWords; // bytes taken beyond the bounds of the queue
    private volatile boolean handing; // the queue may be full
    private volatile boolean landing; // memory was set aside for a message that is not whole

    // Looked at by the watchdog, which need not see every change.
    private long messages;
    private long gathered; // bytes of a message that is not whole

    Entry(TensorPool pool) {
      this.pool = pool;
    }

    @Override
    public void message(Parts message) {
      if (landing) {
        landing = false;
      }
      load.add(message);
      messages++;
    }

    @Override
    public void briefs(byte[] page, int from, int to, int count) {
      load.add(page, from, to, count);
      messages += count;
    }

    PipeVigil.Kept kept() {
      return new PipeVigil.Kept(messages, gathered, landing, handing);
    }

    @Override
    public void subscription(byte[] prefix, boolean wanted) {
      owner.subscription(pipe, prefix, wanted);
    }

    @Override
    public void ping(byte[] context, Duration patience) {
      vigil.promised(patience);
      if (errands.answer(context)) {
        wake();
      } else {
        link.close(); // it asks without reading the answers
      }
    }

    @Override
    public void near(Message word) throws IOException {
      near.hear(word);
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
      if (load.isEmpty()) {
        return;
      }
      handing = true;
      Conveyor.Offer outcome;
      try {
        outcome = in.put(load, () -> owner.readable(pipe));
      } finally {
        handing = false;
      }
      if (outcome == Conveyor.Offer.CLOSED) {
        handLast();
      }
    }

    /// Hands over what came before the link ended, without a wait.
    private void handLast() {
      lastWords += in.putLast(load);
      owner.readable(pipe);
      if (lastWords > LAST_WORDS_BYTES) {
        link.close(); // whoever left cannot have said so much
      }
    }
  }
}
