package dev.myelin.net;

import dev.myelin.wire.FaultCode;
import dev.myelin.wire.Introduction;
import dev.myelin.wire.Landing;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.Progress;
import dev.myelin.wire.Session;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// One socket and one session; owns both, closes both.
///
/// Any thread may send. One thread at a time receives: the reader of a node, or, for the shortest
/// round trip, the caller itself. A peer that promised signs of life and falls silent ends it
/// within [dev.myelin.wire.Limits.Waits#silence], and every call that waits on it throws.
///
/// ```
///   HANDSHAKING ──▶ OPEN ──▶ DRAINING ──▶ CLOSED
///        └────────────┴──────────────────────▲
/// ```
public final class Connection implements AutoCloseable {
  /// The life of a connection.
  public enum State {
    /// Entered at birth; leads to [#OPEN] or [#CLOSED].
    HANDSHAKING,
    /// Entered when the handshake is done; leads to [#DRAINING] or [#CLOSED].
    OPEN,
    /// Entered when one side said goodbye; streams under way end, nothing new begins; leads to
    /// [#CLOSED].
    DRAINING,
    /// The end.
    CLOSED
  }

  private static final Message GOODBYE = new Message.Goodbye(0, "closing");
  private static final long COMPLAINT_NANOS = Duration.ofMillis(200).toNanos();

  private final Link link;
  private final NearSession session;
  private final Errands errands;
  private final Courier courier;
  private final AtomicInteger streams = new AtomicInteger(1);
  private final Pulse pulse;
  private final LastActions lastActions = new LastActions();

  /// Guards the fields below; never held across I/O, callbacks or close.
  private final ReentrantLock stateLock = new ReentrantLock();

  private final Condition changed = stateLock.newCondition();
  private volatile State state = State.HANDSHAKING; // written under stateLock
  private volatile boolean goodbyeHeard; // written under stateLock
  private @Nullable PeerException ending; // guarded by stateLock
  private long pongNanos = System.nanoTime(); // guarded by stateLock

  /// How many messages, or answers that must come before a goodbye, are under way. Counted before
  /// the state is read, which is written before this is.
  private final AtomicInteger sending = new AtomicInteger();

  private volatile boolean hasReader;

  Connection(Link link, Session session) {
    this.link = link;
    this.session = new NearSession(link, session, this::answer);
    move(State.OPEN);
    errands = new Errands(link, this.session, new Owner());
    courier = new Courier(errands, link.transport().config().links().threads());
    pulse = new Pulse(link, courier, features().alive(), this::close);
    link.transport().watchdog().watch(pulse);
  }

  /// Finds out whether the peer is a process of this machine, and shares memory with it then.
  void meetNeighbour() {
    session.neighbour().begin();
  }

  /// Returns what carries the bytes that this side sends.
  public Peer.Medium medium() {
    return session.neighbour().moved() ? Peer.Medium.SHARED_MEMORY : Peer.Medium.SOCKET;
  }

  /// Returns who the peer says it is; empty where its dialect does not tell.
  public Optional<PeerId> peer() {
    String id = session.introduction().id();
    return id.isEmpty() ? Optional.empty() : Optional.of(new PeerId(id));
  }

  /// Returns what the handshake told.
  public Introduction introduction() {
    return session.introduction();
  }

  Features features() {
    return new Features(introduction());
  }

  void decline(int stream, FaultCode code, String text) {
    session.decline(stream, code, text);
  }

  long leastRoundTripNanos() {
    return pulse.leastRoundTripNanos();
  }

  void watch(Watchdog.Watched deadlines) {
    link.transport().watchdog().watch(deadlines);
    onClose(() -> link.transport().watchdog().forget(deadlines));
  }

  /// Returns the address of the other end of the socket.
  public Endpoint remote() {
    return link.remote();
  }

  /// Returns what it stands on.
  Link link() {
    return link;
  }

  /// Returns the name of the dialect.
  public String dialect() {
    return link.way().dialect();
  }

  /// Returns whether the peer dialled us.
  public boolean inbound() {
    return link.way().inbound();
  }

  /// Returns where in its life it is.
  public State state() {
    return state;
  }

  /// Returns the round trip of the last probe; empty before the first and for stock peers.
  public Optional<Duration> roundTrip() {
    return pulse.roundTrip();
  }

  /// Returns a stream number that this side has not used on this connection.
  public int nextStream() {
    return streams.getAndAdd(2) & Integer.MAX_VALUE;
  }

  /// Sends a message that nobody watches; otherwise as the longer form.
  public void send(Message message) throws IOException {
    send(message, Progress.NONE);
  }

  /// Sends one message and returns when its last byte has left; borrows what it carries.
  ///
  /// Waits while other messages have their turn and while the peer lives but takes nothing. An
  /// interrupt ends the connection, while the message waits for credit only that message.
  ///
  /// @throws PeerException.Closed if the connection ended before or meanwhile
  /// @throws PeerException.TimedOut if it ended because the peer fell silent
  /// @throws InterruptedIOException if interrupted while waiting for credit; the flag stays set
  /// @throws IllegalStateException if the tensor was closed before; nothing is sent then
  public void send(Message message, Progress progress) throws IOException {
    Borrowed.requireOpen(message);
    pass(progress, watcher -> session.send(message, watcher));
  }

  /// Sends a tensor where it lies, if it lies in memory that the peer can map: then it is handed
  /// over, and closed for the caller. Otherwise as [#send].
  void give(Message.Transfer transfer, Progress progress) throws IOException {
    Borrowed.requireOpen(transfer);
    pass(progress, watcher -> session.give(transfer, watcher));
  }

  private void pass(Progress progress, Watcher.Way way) throws IOException {
    enter();
    Watcher watcher = progress.equals(Progress.NONE) ? null : new Watcher(progress);
    try {
      way.pass(watcher == null ? Progress.NONE : watcher);
    } catch (PeerException e) {
      throw e instanceof PeerException.Closed ? failed(e, true) : e;
    } catch (InterruptedIOException e) {
      Thread.currentThread().interrupt();
      throw e;
    } catch (IOException | IllegalStateException e) {
      if (watcher != null && e.equals(watcher.thrown())) {
        throw e;
      }
      throw failed(e, true);
    } finally {
      leave();
    }
  }

  /// Copies one small message into the output and returns; it leaves at once if the connection is
  /// idle, else together with whatever gathered behind what is being written. Afterwards the caller
  /// may change what the message carries. Messages of one thread stay in order, with those it sends
  /// too.
  ///
  /// Waits only while the buffer is full, that is as long as the peer takes nothing but lives; a
  /// message above 16 KiB is not copied, but written before this returns. Allocates nothing for a
  /// [Message.TensorData] of up to 4 KiB. Interrupting the thread ends the connection while it
  /// waits. That this returned says nothing of the peer: if the bytes cannot leave, the connection
  /// ends, and the next call says why.
  ///
  /// @throws PeerException.Closed if the connection ended before or meanwhile
  /// @throws PeerException.TimedOut if it ended because the peer fell silent
  /// @throws IllegalStateException if the tensor was closed before; nothing is sent then
  public void post(Message message) throws IOException {
    Borrowed.requireOpen(message);
    enter();
    try {
      session.post(message);
      courier.flushSoon();
    } catch (PeerException e) {
      throw e;
    } catch (IOException | IllegalStateException e) {
      throw failed(e, true);
    } finally {
      leave();
    }
  }

  /// Returns the next message, or null when the peer ended in order; what it carries is the
  /// caller's.
  ///
  /// One thread at a time. Waits until the peer says something or the connection ends; pings are
  /// answered, and signs of life swallowed, in here. Interrupting the thread ends the connection.
  ///
  /// @throws PeerException if the peer broke the dialect, fell silent, or ended inside a frame
  public @Nullable Message receive(Landing landing) throws IOException {
    try {
      while (true) {
        Message message = session.receive(landing);
        if (!swallow(message)) {
          return message;
        }
      }
    } catch (IOException | IllegalStateException e) {
      PeerException failure = failed(e, false);
      if (failure instanceof PeerException.Malformed) {
        link.transport().counting().add(Counters.Counter.MALFORMED);
        link.source().endReading(); // complaining takes a while
        complain(failure);
      }
      close(failure);
      throw failure;
    }
  }

  /// Leaves a short message to the courier, so that a reader need not wait; ends the connection
  /// when the peer asks for more than it reads.
  void answer(Message message) {
    if (!courier.offer(message)) {
      close(
          new PeerException.Overloaded(
              "answers waiting for " + remote() + " (expected: that it reads them)", null));
    }
  }

  /// Lets what is being sent leave, says goodbye, waits for the peer to end too, then closes.
  ///
  /// Each side says goodbye when its streams have left, and ends its output once both have: until
  /// then it still owes the other receipts and signs of life.
  ///
  /// Waits at most `limit` in all. Some thread must still receive, or the peer's end is not seen
  /// and the whole limit passes: closing a socket with unread input would take back what the peer
  /// has not read yet.
  public void drain(Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    stopSending();
    if (await(() -> sending.get() == 0, deadline)) {
      courier.offer(GOODBYE);
      await(() -> state == State.CLOSED, deadline);
    }
    close();
  }

  /// Begins nothing new, because the peer said goodbye; answers it once our streams have left.
  private void takeLeave() {
    stopSending();
    boolean idle;
    stateLock.lock();
    try {
      goodbyeHeard = true;
      idle = sending.get() == 0;
    } finally {
      stateLock.unlock();
    }
    if (idle) {
      courier.offer(GOODBYE);
    }
  }

  /// Begins nothing new; what is under way goes on.
  void stopSending() {
    stateLock.lock();
    try {
      if (state == State.OPEN) {
        moveLocked(State.DRAINING);
      }
    } finally {
      stateLock.unlock();
    }
  }

  /// Returns whether the peer answers a probe within `limit`; a stock peer, which answers none,
  /// counts as alive.
  boolean answersWithin(Duration limit) throws InterruptedException {
    if (!features().alive()) {
      return state() != State.CLOSED;
    }
    long asked = System.nanoTime();
    courier.offer(new Message.Ping(asked));
    boolean answered = await(() -> pongNanos - asked >= 0, asked + limit.toNanos());
    return answered || (state() != State.CLOSED && showsLife(asked, limit));
  }

  /// Returns whether bytes came since a probe: its answer may be behind large frames. Where the
  /// peer knows no credit, a reader that waits for room asks nothing, so silence proves nothing.
  private boolean showsLife(long asked, Duration limit) {
    return features().windows()
        ? link.source().heardSince(asked)
        : link.source().silentNanos(System.nanoTime()) < limit.toNanos();
  }

  /// Returns the token of the last probe that was answered.
  long answeredNanos() {
    stateLock.lock();
    try {
      return pongNanos;
    } finally {
      stateLock.unlock();
    }
  }

  private void answered(long token) {
    pulse.answered(token);
    stateLock.lock();
    try {
      pongNanos = token;
      changed.signalAll();
    } finally {
      stateLock.unlock();
    }
  }

  private boolean await(BooleanSupplier condition, long deadline) throws InterruptedException {
    stateLock.lock();
    try {
      while (!condition.getAsBoolean() && state != State.CLOSED) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        changed.awaitNanos(left);
      }
      return state != State.CLOSED;
    } finally {
      stateLock.unlock();
    }
  }

  /// Closes the socket and gives back what was half received; waiting calls throw
  /// [PeerException.Closed]. Twice is harmless.
  @Override
  public void close() {
    close(new PeerException.Closed("connection to " + remote() + " was closed here", false, null));
  }

  /// Closes for a reason that waiting calls will see; only the first reason counts.
  void close(PeerException reason) {
    stateLock.lock();
    try {
      if (state == State.CLOSED) {
        return;
      }
      ending = reason;
      moveLocked(State.CLOSED);
      changed.signalAll();
    } finally {
      stateLock.unlock();
    }
    link.transport().watchdog().forget(pulse);
    if (reason instanceof PeerException.TimedOut) {
      link.abort();
    } else {
      link.close();
    }
    session.endSends();
    session.neighbour().close();
    courier.stop();
    if (!hasReader) {
      session.close();
    }
    link.transport().closed(this);
    lastActions.run();
  }

  /// Lets what is being sent, and the answers that are owed, leave after the peer ended its side in
  /// order; waits at most the drain limit.
  void finish() throws InterruptedException {
    long deadline = System.nanoTime() + link.transport().limits().waits().drain().toNanos();
    stopSending();
    if (await(() -> sending.get() == 0, deadline)) {
      takeLeave();
      await(errands::outputEnded, deadline);
    }
  }

  /// Leaves it to a reader to release what was half received, in its own thread.
  void readByReader() {
    hasReader = true;
  }

  String protection() {
    return link.duplex().protection();
  }

  /// Releases what was half received; called by the reader, after its last receive.
  void release() {
    close();
    session.close();
    link.source().release();
  }

  /// Runs an action once when this closes, or at once if it has.
  void onClose(Runnable action) {
    lastActions.add(action);
    if (state() == State.CLOSED) {
      lastActions.run();
    }
  }

  /// Returns why it ended; null while it lives.
  @Nullable PeerException ending() {
    stateLock.lock();
    try {
      return ending;
    } finally {
      stateLock.unlock();
    }
  }

  private void enter() throws PeerException {
    sending.incrementAndGet();
    State now = state;
    if (now != State.OPEN) {
      leave();
      throw now == State.CLOSED
          ? ConnectionMoves.ended(ending, remote(), false)
          : new PeerException.Closed("connection to " + remote() + " is closing", false, null);
    }
  }

  /// Keeps a drain from saying goodbye until [#settled]: an answer is owed that must leave before.
  void owing() {
    sending.incrementAndGet();
  }

  /// Notes that what was owed has been left to the courier.
  void settled() {
    leave();
  }

  private void leave() {
    if (sending.decrementAndGet() > 0 || state == State.OPEN) {
      return;
    }
    boolean last;
    stateLock.lock();
    try {
      last = goodbyeHeard;
      changed.signalAll();
    } finally {
      stateLock.unlock();
    }
    if (last) {
      courier.offer(GOODBYE);
    }
  }

  /// Returns the failure to show for one that came out of the session: the reason for closing, if
  /// we closed.
  private PeerException failed(Exception cause, boolean sent) {
    stateLock.lock();
    try {
      if (ending != null) {
        return ConnectionMoves.ended(ending, remote(), sent);
      }
    } finally {
      stateLock.unlock();
    }
    if (cause instanceof PeerException known) {
      return known;
    }
    PeerException failure =
        new PeerException.Closed(
            "connection to " + remote() + " ended: " + cause.getMessage(), sent, cause);
    close(failure);
    return failure;
  }

  /// Tells the peer which rule it broke; waits a moment for that to leave.
  private void complain(PeerException failure) {
    if (!features().farewell()) {
      return;
    }
    String text = String.valueOf(failure.getMessage());
    courier.offer(new Message.Fault(FaultCode.PROTOCOL.code(), text));
    try {
      await(errands::faultSent, System.nanoTime() + COMPLAINT_NANOS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// What the courier's errands need of their connection.
  private final class Owner implements Errands.Owner {
    @Override
    public void carry() throws InterruptedException {
      try {
        courier.run();
      } catch (IOException | IllegalStateException e) {
        close(failed(e, false));
      }
    }

    @Override
    public boolean mayEndOutput() {
      return !features().farewell() || (goodbyeHeard && sending.get() == 0);
    }

    @Override
    public void noted() {
      stateLock.lock();
      try {
        changed.signalAll();
      } finally {
        stateLock.unlock();
      }
    }
  }

  private boolean swallow(@Nullable Message message) {
    switch (message) {
      case Message.Ping ping -> answer(new Message.Pong(ping.token()));
      case Message.Pong pong -> answered(pong.token());
      case Message.Credit credit -> answer(credit);
      case Message.Goodbye _ -> {
        takeLeave();
        return false;
      }
      case Message.Alive _ -> {
        return true;
      }
      case null, default -> {
        return false;
      }
    }
    return true;
  }

  private void move(State next) {
    stateLock.lock();
    try {
      moveLocked(next);
    } finally {
      stateLock.unlock();
    }
  }

  private void moveLocked(State next) {
    state = ConnectionMoves.next(state, next);
  }
}
