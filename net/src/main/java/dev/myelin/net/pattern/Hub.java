package dev.myelin.net.pattern;

import dev.myelin.net.pipe.Conveyor;
import dev.myelin.net.pipe.Pipe;
import dev.myelin.net.pipe.PipeOwner;
import dev.myelin.net.pipe.PipeTerms;
import dev.myelin.net.pipe.Plumbing;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.SocketRole;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The pipes of one socket, and the waits for them: what all patterns are made of.
///
/// One lock, the gate. It is held for single steps, never while a pipe writes or user code runs.
final class Hub implements PipeOwner {
  private static final Pipe[] NONE = {};

  /// What a pattern has to say to the comings and goings of its pipes. Called without the gate, on
  /// threads of the transport.
  interface Rules {
    /// Returns whether the peer may stay.
    default boolean welcomes(Pipe pipe) {
      return true;
    }

    /// Takes a pipe that is ready for use.
    default void came(Pipe pipe) {}

    /// Takes that the peer wants, or no longer wants, messages that begin so.
    default void subscribed(Pipe pipe, byte[] prefix, boolean wanted) {}

    /// Takes that a pipe ended; what it leaves unsent is the pattern's.
    default void left(Pipe pipe, List<Parts> unsent) {
      unsent.forEach(Parts::close);
    }
  }

  /// A message with the pipe it came through.
  record Arrival(Pipe pipe, Parts message) {}

  private final PipeTerms terms;
  private final Plumbing plumbing;
  private final Rules rules;
  private final ReentrantLock gate = new ReentrantLock();
  private final Condition readable = gate.newCondition();
  private final Condition writable = gate.newCondition();
  private final ArrayDeque<Pipe> ready = new ArrayDeque<>(); // guarded by gate
  private final Map<String, Plumbing.Use> bound = new LinkedHashMap<>(); // guarded by gate
  private final Map<String, Plumbing.Use> connected = new LinkedHashMap<>(); // guarded by gate
  private final List<Runnable> listeners = new ArrayList<>(); // guarded by gate

  /// What pipes that ended had not sent, where another may; written under gate.
  private final ConcurrentLinkedDeque<Parts> homeless = new ConcurrentLinkedDeque<>();

  private volatile Pipe[] pipes = NONE; // written under gate
  private volatile int turn; // where the next round begins; a lost update harms nobody
  private volatile boolean closed; // written under gate
  private final LongAdder dropped = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private long sentBefore; // guarded by gate: by pipes that have ended
  private long sentBytesBefore; // guarded by gate
  private long received; // guarded by gate
  private long receivedBytes; // guarded by gate

  Hub(SocketRole role, SocketOptions options, Plumbing plumbing, Rules rules) {
    this.terms = new PipeTerms(role, options);
    this.plumbing = plumbing;
    this.rules = rules;
  }

  SocketOptions options() {
    return terms.options();
  }

  SocketOptions.Waits waits() {
    return terms.options().waits();
  }

  // Endpoints.

  String bind(String endpoint) throws IOException {
    requireOpen();
    Plumbing.Use use = plumbing.bind(endpoint, terms, this);
    keep(bound, use.endpoint(), use);
    return use.endpoint();
  }

  void connect(String endpoint) {
    requireOpen();
    keep(connected, endpoint, plumbing.connect(endpoint, terms, this));
  }

  private void keep(Map<String, Plumbing.Use> in, String endpoint, Plumbing.Use use) {
    Plumbing.Use before = null;
    boolean late;
    gate.lock();
    try {
      late = closed;
      if (!late) {
        before = in.put(endpoint, use);
      }
    } finally {
      gate.unlock();
    }
    if (before != null) {
      before.close();
    }
    if (late) {
      use.close();
      requireOpen();
    }
  }

  void unbind(String endpoint) {
    end(bound, endpoint, "bound");
  }

  void disconnect(String endpoint) {
    end(connected, endpoint, "connected");
  }

  private void end(Map<String, Plumbing.Use> in, String endpoint, String state) {
    Plumbing.Use use;
    gate.lock();
    try {
      use = in.remove(endpoint);
      if (use == null) {
        throw new IllegalArgumentException(
            "endpoint: "
                + endpoint
                + " (expected: one that is "
                + state
                + ": "
                + in.keySet()
                + ")");
      }
    } finally {
      gate.unlock();
    }
    use.close();
  }

  List<String> bound() {
    gate.lock();
    try {
      return List.copyOf(bound.keySet());
    } finally {
      gate.unlock();
    }
  }

  List<String> connected() {
    gate.lock();
    try {
      return List.copyOf(connected.keySet());
    } finally {
      gate.unlock();
    }
  }

  /// Returns the pipes there are now; must not be changed.
  Pipe[] pipes() {
    return pipes;
  }

  /// Waits until there are at least so many pipes, at most `limit`; returns whether there are.
  boolean awaitPeers(int count, Duration limit) throws InterruptedException {
    Timer timer = Timer.of(limit);
    gate.lock();
    try {
      while (pipes.length < count) {
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

  // Sending.

  /// Gives a message to the next pipe in turn that has room; waits for one at most `limit`. It is
  /// the hub's from now on, also if this throws.
  ///
  /// @throws PeerException.TimedOut if there was none in time
  void sendInTurn(Parts message, Duration limit) throws IOException, InterruptedException {
    if (offersInTurn(message)) {
      return;
    }
    boolean taken = false;
    Timer timer = Timer.of(limit);
    gate.lock();
    try {
      while (!taken) {
        requireOpen();
        taken = offersInTurn(message);
        if (taken) {
          return;
        }
        if (!timer.await(writable)) {
          throw new PeerException.TimedOut(
              "send: no peer had room within %s (peers: %d, expected: one that reads)"
                  .formatted(limit, pipes.length));
        }
      }
    } finally {
      gate.unlock();
      if (!taken) {
        message.close();
      }
    }
  }

  /// Gives messages to other pipes before all that is still to come; without one they wait for it.
  void sendAgain(List<Parts> messages) {
    gate.lock();
    try {
      homeless.addAll(messages);
      rehouse();
    } finally {
      gate.unlock();
    }
  }

  /// Finds room for what a pipe left behind; holds the gate.
  private void rehouse() {
    Parts next;
    while ((next = homeless.peekFirst()) != null && offersAround(next)) {
      homeless.removeFirst();
    }
  }

  private boolean offersInTurn(Parts message) {
    if (homeless.isEmpty()) {
      return offersAround(message);
    }
    gate.lock();
    try {
      rehouse();
      return homeless.isEmpty() && offersAround(message);
    } finally {
      gate.unlock();
    }
  }

  private boolean offersAround(Parts message) {
    Pipe[] now = pipes;
    int begin = turn;
    for (int i = 0; i < now.length; i++) {
      int index = (begin + i) % now.length;
      if (isIn(now[index].offer(message))) {
        turn = index + 1 == now.length ? 0 : index + 1;
        return true;
      }
    }
    return false;
  }

  /// Gives a message to one pipe; waits for room at most `limit`. It is the hub's from now on, also
  /// if this throws.
  ///
  /// @param now whether it leaves in this thread, as of [Pipe#offerNow]
  /// @throws PeerException.TimedOut if there was none in time
  /// @throws PeerException.Closed if the pipe ended
  void sendTo(Pipe pipe, Parts message, boolean now, Duration limit)
      throws IOException, InterruptedException {
    boolean taken = false;
    Timer timer = Timer.of(limit);
    try {
      while (true) {
        Conveyor.Offer outcome = now ? pipe.offerNow(message) : pipe.offer(message);
        taken = isIn(outcome);
        if (taken) {
          return;
        }
        if (outcome == Conveyor.Offer.CLOSED) {
          throw new PeerException.Closed(pipe.remote() + " is gone", false, null);
        }
        awaitRoom(pipe, timer, limit);
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

  /// Gives a message to a pipe if that has room, else drops and counts it. It is the hub's from now
  /// on.
  void sendOrDrop(Pipe pipe, Parts message) {
    if (!isIn(pipe.offer(message))) {
      dropped.increment();
      message.close();
    }
  }

  private static boolean isIn(Conveyor.Offer outcome) {
    if (outcome == Conveyor.Offer.FULL || outcome == Conveyor.Offer.CLOSED) {
      return false;
    }
    return true;
  }

  /// Counts a message that no rule let through.
  void drop(Parts message) {
    dropped.increment();
    message.close();
  }

  // Receiving.

  /// Takes the next message, peers in turn; waits for one at most `limit`.
  ///
  /// @throws PeerException.TimedOut if none came in time
  Arrival receive(Duration limit) throws IOException, InterruptedException {
    Timer timer = null;
    gate.lock();
    try {
      while (true) {
        Arrival next = poll();
        if (next != null) {
          return next;
        }
        requireOpen();
        if (timer == null) {
          timer = Timer.of(limit);
        }
        if (!timer.await(readable)) {
          throw new PeerException.TimedOut(
              "receive: nothing within %s (peers: %d)".formatted(limit, pipes.length));
        }
      }
    } finally {
      gate.unlock();
    }
  }

  /// Takes the next message if there is one.
  @Nullable Arrival tryReceive() {
    gate.lock();
    try {
      return poll();
    } finally {
      gate.unlock();
    }
  }

  private @Nullable Arrival poll() {
    Pipe pipe;
    while ((pipe = ready.pollFirst()) != null) {
      Parts message = pipe.poll();
      if (message != null) {
        ready.addLast(pipe);
        received++;
        receivedBytes += message.totalBytes();
        return new Arrival(pipe, message);
      }
      seat(pipe).ready = false;
    }
    return null;
  }

  /// Returns whether a message waits.
  boolean hasMessage() {
    gate.lock();
    try {
      return ready.stream().anyMatch(pipe -> !pipe.isEmpty());
    } finally {
      gate.unlock();
    }
  }

  /// Has an action run, briefly and on threads of the transport, whenever a message came after
  /// there were none, or room.
  void listen(Runnable action) {
    gate.lock();
    try {
      listeners.add(action);
    } finally {
      gate.unlock();
    }
  }

  void forget(Runnable action) {
    gate.lock();
    try {
      listeners.remove(action);
    } finally {
      gate.unlock();
    }
  }

  // What transports tell.

  /// What the hub hangs on a pipe.
  private static final class Seat {
    boolean ready; // guarded by gate
  }

  private static Seat seat(Pipe pipe) {
    return pipe.attachment() instanceof Seat seat ? seat : new Seat();
  }

  @Override
  public boolean attached(Pipe pipe) {
    pipe.attach(new Seat());
    if (closed || !rules.welcomes(pipe)) {
      return false;
    }
    gate.lock();
    try {
      if (closed) {
        return false;
      }
      Pipe[] more = Arrays.copyOf(pipes, pipes.length + 1);
      more[pipes.length] = pipe;
      pipes = more;
      rehouse();
      writable.signalAll();
      tell();
    } finally {
      gate.unlock();
    }
    rules.came(pipe);
    return true;
  }

  @Override
  public void readable(Pipe pipe) {
    gate.lock();
    try {
      Seat seat = seat(pipe);
      if (!seat.ready) {
        seat.ready = true;
        ready.addLast(pipe);
        readable.signal();
        tell();
      }
    } finally {
      gate.unlock();
    }
  }

  @Override
  public void writable(Pipe pipe) {
    gate.lock();
    try {
      rehouse();
      writable.signalAll();
      tell();
    } finally {
      gate.unlock();
    }
  }

  private void tell() {
    for (Runnable each : listeners) {
      each.run();
    }
  }

  @Override
  public void subscription(Pipe pipe, byte[] prefix, boolean wanted) {
    rules.subscribed(pipe, prefix, wanted);
  }

  @Override
  public void detached(Pipe pipe, List<Parts> unsent, IOException reason) {
    gate.lock();
    try {
      List<Pipe> rest = new ArrayList<>(List.of(pipes));
      if (rest.remove(pipe)) {
        sentBefore += pipe.offered().messages() - unsent.size();
        sentBytesBefore += pipe.offered().bytes();
        unsent.forEach(each -> sentBytesBefore -= each.totalBytes());
      }
      pipes = rest.toArray(Pipe[]::new);
      writable.signalAll();
      readable.signalAll();
    } finally {
      gate.unlock();
    }
    rules.left(pipe, unsent);
  }

  @Override
  public void failed(String endpoint, IOException reason) {
    failures.increment();
  }

  // The end.

  SocketStats stats() {
    int out = 0;
    int in = 0;
    gate.lock();
    try {
      long sent = sentBefore;
      long sentBytes = sentBytesBefore;
      for (Pipe each : pipes) {
        out += each.queued();
        in += each.waiting();
        sent += each.offered().messages();
        sentBytes += each.offered().bytes();
      }
      return new SocketStats(
          sent, sentBytes, received, receivedBytes, dropped.sum(), out, in, failures.sum());
    } finally {
      gate.unlock();
    }
  }

  void requireOpen() {
    if (closed) {
      throw new IllegalStateException("socket: closed (expected: open)");
    }
  }

  /// Waits for what was sent to leave, at most the linger; then ends every pipe.
  void close() {
    List<Plumbing.Use> uses = new ArrayList<>();
    gate.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      uses.addAll(bound.values());
      uses.addAll(connected.values());
      readable.signalAll();
      writable.signalAll();
      tell();
    } finally {
      gate.unlock();
    }
    Lingering.await(pipes, waits().linger());
    uses.forEach(Plumbing.Use::close);
    for (Pipe each : pipes) {
      each.close();
    }
    dropArrived();
  }

  private void dropArrived() {
    gate.lock();
    try {
      for (Arrival next = poll(); next != null; next = poll()) {
        next.message().close();
      }
      homeless.forEach(this::drop);
      homeless.clear();
    } finally {
      gate.unlock();
    }
  }
}
