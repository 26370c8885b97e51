package dev.myelin.net;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.PoolExhaustedException;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.Limits;
import dev.myelin.wire.Message;
import dev.myelin.wire.Parked;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.Precedence;
import dev.myelin.wire.TensorHeader;
import java.io.IOException;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/// The described tensors that arrive over one connection whose peer knows credit: gives them memory
/// and room in the inbox, or lets them wait for it. Never waits itself.
///
/// Tensors of one connection keep their order: while one waits, those that begin behind it wait
/// too.
final class Lodging implements Watchdog.Watched, AutoCloseable {
  /// A stream that brings nothing while others of its connection do is given this much longer.
  private static final int SLOW_NOT_STALLED = 10;

  /// How many tensors that were handed over may wait; they take no memory of this side.
  static final int MOST_HANDED = 1024;

  /// How long a reader waits for room in the inbox before a stream is parked.
  private static final long MOMENT_NANOS = 300_000;

  /// How long large streams make way for small ones behind the last of them.
  private static final long LATELY_NANOS = 250_000_000;

  /// What a lodging needs of its connection.
  interface Host {
    /// Returns what the connection is called in the names of pools.
    String name();

    /// Returns the least round trip that was measured, 0 if none was.
    long leastRoundTripNanos();

    /// Handles what came out of a stream that had waited.
    void handle(Message message) throws IOException, InterruptedException;

    /// Has a stream dropped.
    void decline(int stream, String text);

    /// Notes that the peer will get an answer for a stream that waits.
    void owing();

    /// Notes that it need not be waited for any more.
    void settled();
  }

  /// A tensor that lands.
  private static final class Landed {
    private final int stream;
    private final long bytes;
    private long bytesSoFar;
    private long heardNanos = System.nanoTime();

    private Landed(int stream, long bytes) {
      this.stream = stream;
      this.bytes = bytes;
    }
  }

  private final Inbox inbox;
  private final Limits.Flow limits;
  private final Host host;
  private final TensorPool pool;
  private final FlowWindow window; // guarded by this

  /// By the very header, since numbers of streams may be used again. Guarded by this.
  private final IdentityHashMap<TensorHeader, Landed> landing = new IdentityHashMap<>();

  /// Those that wait. Guarded by this.
  private final IdentityHashMap<TensorHeader, Waiting> waiting = new IdentityHashMap<>();

  private boolean patient = true; // of the reader alone: waiting a moment helped the last time
  private long smallNanos = System.nanoTime() - LATELY_NANOS; // guarded by this: when one began
  private int handed; // guarded by this: how many of those were handed over
  private long heardNanos = System.nanoTime(); // guarded by this

  Lodging(Inbox inbox, Limits.Flow limits, Host host) {
    this.inbox = inbox;
    this.limits = limits;
    this.host = host;
    long most = Math.min(limits.connectionBytes(), inbox.pool().limitBytes());
    this.pool = inbox.pool().child("tensors from " + host.name(), most);
    this.window = new FlowWindow(limits.windowBytes());
  }

  /// Returns memory for a tensor, null if it has to wait.
  @Nullable Tensor land(int stream, TensorHeader header) throws PeerException {
    long bytes = header.byteSize();
    if (bytes > pool.limitBytes()) {
      throw new PeerException.Overloaded(
          "tensor %s: %d bytes (expected: <= %d)"
              .formatted(header.name(), bytes, pool.limitBytes()),
          null);
    }
    awaitRoom();
    synchronized (this) {
      // Large ones must not take again and again what the first of those that wait needs.
      boolean jumps = !inbox.parking().isEmpty() && bytes > Precedence.ACTIVATION_BYTES;
      if (!waiting.isEmpty() || jumps || !inbox.hasRoom(landing.size())) {
        return null;
      }
      try {
        Tensor tensor = pool.allocate(header.dtype(), header.shape());
        begin(stream, header, bytes);
        return tensor;
      } catch (PoolExhaustedException e) {
        requireHope(header, e);
        return null;
      }
    }
  }

  /// Waits a moment while the inbox is full: whoever is taking from it makes room at once, and to
  /// park a stream costs more than that. Not again and again while nobody takes.
  private void awaitRoom() {
    synchronized (this) {
      if (!waiting.isEmpty()) {
        return;
      }
      if (inbox.hasRoom(landing.size())) {
        patient = true;
        return;
      }
    }
    try {
      patient = patient && inbox.awaitHalf(MOMENT_NANOS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// @param bytes the memory of ours that it takes
  private void begin(int stream, TensorHeader header, long bytes) {
    Landed landed = new Landed(stream, bytes);
    landing.put(header, landed);
    if (bytes <= Precedence.ACTIVATION_BYTES) {
      smallNanos = landed.heardNanos;
    }
    inbox.arriving(bytes);
  }

  private Parking.Place room() {
    if (!inbox.hasRoom(0)) {
      return Parking.Place.NODE_FULL;
    }
    return inbox.hasRoom(landing.size()) ? Parking.Place.FOUND : Parking.Place.CONNECTION_FULL;
  }

  /// Returns whether a tensor that the peer handed over where it lies has to wait for room in the
  /// inbox; it is taken over then, and comes out as if the reader had just heard of it.
  ///
  /// @throws PeerException.Overloaded if too many wait; it stays the caller's then
  boolean putsOff(Message.Transfer transfer) throws PeerException.Overloaded {
    TensorHeader header = transfer.header();
    WaitingTensor guest;
    synchronized (this) {
      if (landing.containsKey(header)) {
        return false; // it came in a stream
      }
      if (waiting.isEmpty() && inbox.hasRoom(landing.size())) {
        begin(transfer.stream(), header, 0);
        return false;
      }
      if (handed >= MOST_HANDED) {
        throw new PeerException.Overloaded(
            "tensor %s: %d that were handed over wait for room (expected: < %d)"
                .formatted(header.name(), handed, MOST_HANDED),
            null);
      }
      guest = new WaitingTensor(transfer);
      handed++;
      waiting.put(header, guest);
    }
    host.owing();
    inbox.parking().add(guest);
    return true;
  }

  /// Refuses to wait for memory that nobody holds.
  private void requireHope(TensorHeader header, PoolExhaustedException cause)
      throws PeerException.Overloaded {
    if (inbox.pool().outstanding() == 0) {
      throw new PeerException.Overloaded(header.name() + ": " + cause.getMessage(), cause);
    }
  }

  void parked(Parked stream) {
    WaitingStream guest = new WaitingStream(stream);
    host.owing();
    synchronized (this) {
      waiting.put(stream.header(), guest);
    }
    inbox.parking().add(guest);
  }

  Tensor stash(int stream, long bytes) throws PeerException {
    try {
      return inbox.stash().allocate(DType.U8, Shape.of(bytes));
    } catch (PoolExhaustedException e) {
      throw new PeerException.Overloaded("stream " + stream + " waits for memory: " + e, e);
    }
  }

  /// Returns the bytes of a large stream that may be under way: few if something small came lately,
  /// for then the next one is to pass soon, too.
  synchronized long window() {
    boolean shared = System.nanoTime() - smallNanos < LATELY_NANOS;
    return shared ? window.calmBytes(host.leastRoundTripNanos()) : window.bytes();
  }

  synchronized void landed(TensorHeader header, long bytesSoFar) {
    Landed landed = landing.get(header);
    if (landed != null) {
      long now = System.nanoTime();
      window.landed(bytesSoFar - landed.bytesSoFar, now, host.leastRoundTripNanos());
      landed.bytesSoFar = bytesSoFar;
      landed.heardNanos = now;
      heardNanos = now;
    }
  }

  /// Notes that a tensor is whole, or given up.
  void ended(TensorHeader header) {
    Waiting guest;
    synchronized (this) {
      Landed landed = landing.remove(header);
      if (landed != null) {
        inbox.arriving(-landed.bytes);
      }
      guest = waiting.get(header);
    }
    if (guest != null) {
      guest.leave();
    }
    inbox.parking().somethingCameFree();
  }

  @Override
  public void look(long nowNanos, boolean slept) {
    synchronized (this) {
      for (Landed landed : landing.values()) {
        if (slept) {
          landed.heardNanos = nowNanos;
        } else if (isStalled(landed, nowNanos)) {
          landed.heardNanos = nowNanos;
          host.decline(
              landed.stream,
              "brought nothing for %d ms (expected: its bytes)"
                  .formatted(limits.stall().toMillis()));
        }
      }
    }
  }

  private boolean isStalled(Landed landed, long nowNanos) {
    long stall = limits.stall().toNanos();
    long silent = nowNanos - landed.heardNanos;
    boolean alone = nowNanos - heardNanos > stall;
    return silent > (alone ? stall : SLOW_NOT_STALLED * stall);
  }

  /// Ends with the connection; tensors that are whole and wait for room go on waiting.
  @Override
  public void close() {
    synchronized (this) {
      landing.values().forEach(landed -> inbox.arriving(-landed.bytes));
      landing.clear();
    }
    pool.retire();
    inbox.parking().somethingCameFree();
  }

  /// What waits for a place.
  private abstract class Waiting implements Parking.Guest {
    final TensorHeader header;
    boolean gone; // guarded by the lodging

    Waiting(TensorHeader header) {
      this.header = header;
    }

    @Override
    public final Object owner() {
      return Lodging.this;
    }

    final void handle(Message message) {
      try {
        host.handle(message);
      } catch (IOException e) {
        System.getLogger(Lodging.class.getName())
            .log(System.Logger.Level.DEBUG, "a tensor that had waited could not be passed on", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    /// Waits no more; its peer need not be waited for either.
    final void leave() {
      synchronized (Lodging.this) {
        if (gone) {
          return;
        }
        gone = true;
        waiting.remove(header);
      }
      inbox.parking().remove(this);
      host.settled();
    }
  }

  /// A stream that waits for memory.
  private final class WaitingStream extends Waiting {
    private final Parked stream;

    private WaitingStream(Parked stream) {
      super(stream.header());
      this.stream = stream;
    }

    @Override
    public Parking.Place settle() {
      Tensor tensor;
      synchronized (Lodging.this) {
        if (gone) {
          return Parking.Place.FOUND;
        }
        Parking.Place place = room();
        if (place != Parking.Place.FOUND) {
          return place;
        }
        try {
          tensor = inbox.allocate(pool, header);
        } catch (PoolExhaustedException e) {
          return noMemory(e);
        } catch (IllegalStateException e) {
          return Parking.Place.NODE_FULL; // the node is closing
        }
        begin(stream.stream(), header, header.byteSize());
      }
      stream.place(tensor).forEach(this::handle);
      leave();
      return Parking.Place.FOUND;
    }

    private Parking.Place noMemory(PoolExhaustedException cause) {
      if (inbox.pool().outstanding() == 0) {
        host.decline(stream.stream(), "waited for memory: " + cause.getMessage());
        drop();
        return Parking.Place.FOUND;
      }
      boolean nodeHasSome = inbox.pool().available() >= header.byteSize();
      return nodeHasSome ? Parking.Place.CONNECTION_FULL : Parking.Place.NODE_FULL;
    }

    @Override
    public void drop() {
      stream.drop();
      leave();
    }
  }

  /// A tensor handed over where it lies, which waits for room in the inbox.
  private final class WaitingTensor extends Waiting {
    private final Message.Transfer transfer;
    private boolean passedOn; // guarded by the lodging

    private WaitingTensor(Message.Transfer transfer) {
      super(transfer.header());
      this.transfer = transfer;
    }

    @Override
    public Parking.Place settle() {
      synchronized (Lodging.this) {
        if (passedOn) {
          return Parking.Place.FOUND;
        }
        Parking.Place place = room();
        if (place != Parking.Place.FOUND) {
          return place;
        }
        begin(transfer.stream(), header, 0);
        passedOn = true;
        handed--;
      }
      handle(transfer);
      leave();
      return Parking.Place.FOUND;
    }

    @Override
    public void drop() {
      synchronized (Lodging.this) {
        if (passedOn) {
          return;
        }
        passedOn = true;
        handed--;
      }
      transfer.tensor().close();
      leave();
    }
  }
}
