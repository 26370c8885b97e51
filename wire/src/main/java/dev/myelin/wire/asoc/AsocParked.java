package dev.myelin.wire.asoc;

import dev.myelin.tensor.Tensor;
import dev.myelin.wire.Landing;
import dev.myelin.wire.Message;
import dev.myelin.wire.Parked;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.TensorHeader;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A described stream that waits for its memory; what comes meanwhile is stashed.
///
/// Shared by the reader and whoever places it. While the reader fills the stash, a tensor that
/// comes is only kept, and the reader moves the bytes once its frame is over.
final class AsocParked extends AsocStream implements Parked {
  private static final long FIRST_STASH_BYTES = 4096;

  private final TensorHeader header;
  private final Landing landing;
  private final AsocInflow inflow;
  private @Nullable Tensor stash; // guarded by this
  private @Nullable Tensor tensor; // guarded by this
  private @Nullable AsocBytes promised; // guarded by this
  private boolean reading; // guarded by this
  private boolean whole; // guarded by this
  private boolean over; // guarded by this

  /// What it counts in the connection's window and was not settled. Guarded by this.
  private long unsettled;

  /// The bytes in the stash; the reader's own count may be ahead by the frame under way. Guarded by
  /// this.
  private long stashed;

  AsocParked(int id, TensorHeader header, Landing landing, AsocInflow inflow) {
    super(id, AsocCredit.STREAM_WINDOW);
    this.header = header;
    this.landing = landing;
    this.inflow = inflow;
  }

  @Override
  public int stream() {
    return id;
  }

  @Override
  public TensorHeader header() {
    return header;
  }

  @Override
  public synchronized long stashedBytes() {
    return stash == null ? 0 : stash.byteSize();
  }

  /// Notes what came of it and was counted; returns the credit that is due if it has memory by now.
  synchronized Message.@Nullable Credit count(long cost) {
    if (tensor != null) {
      return inflow.settle(cost);
    }
    unsettled += cost;
    return null;
  }

  /// Returns the stash with room for so many bytes behind those it holds, to be filled by the
  /// reader; [#filled] must follow.
  synchronized MemorySegment toFill(long length) throws PeerException {
    Tensor room = stash;
    if (room == null || room.byteSize() - stashed < length) {
      room = grown(stashed + length);
      stash = room;
    }
    reading = true;
    return room.segment();
  }

  private Tensor grown(long least) throws PeerException {
    long size = Math.max(FIRST_STASH_BYTES, Long.highestOneBit(least - 1) << 1);
    Tensor next = landing.stash(id, Math.max(least, Math.min(size, header.byteSize())));
    Tensor old = stash;
    if (old != null) {
      MemorySegment.copy(old.segment(), 0, next.segment(), 0, stashed);
      old.close();
    }
    return next;
  }

  /// Notes that the reader has filled the next bytes; returns the credit that is due if memory came
  /// meanwhile, for which these bytes were not counted.
  synchronized Message.@Nullable Credit filled(long length) {
    reading = false;
    stashed += length;
    if (tensor == null) {
      return null;
    }
    move(tensor);
    return grant(header.byteSize(), stashed, landing.window(id, header));
  }

  /// Takes the sender's digest; false if there is one already.
  synchronized boolean promise(AsocBytes value) {
    boolean first = promised == null;
    promised = value;
    return first;
  }

  synchronized @Nullable AsocBytes promised() {
    return promised;
  }

  /// Returns the same stream in its memory, if it has some: from here on the reader's own.
  synchronized AsocStream.@Nullable Described landed() {
    Tensor memory = tensor;
    if (memory == null) {
      return null;
    }
    tensor = null;
    over = true;
    return described(memory);
  }

  /// Notes its end: from here on it belongs to its landing. False if it has memory, which the
  /// reader takes with [#landed].
  synchronized boolean end() {
    whole = tensor == null;
    return whole;
  }

  @Override
  public List<Message> place(Tensor memory) {
    synchronized (this) {
      if (over || tensor != null) {
        memory.close();
        return List.of();
      }
      AsocReceiver.requireSize(memory, header.byteSize());
      tensor = memory;
      if (!reading) {
        move(memory);
      }
      List<Message> due = new ArrayList<>();
      addIfDue(due, inflow.settle(unsettled));
      unsettled = 0;
      if (whole) {
        over = true;
        tensor = null;
        due.add(described(memory).complete());
      } else {
        addIfDue(due, grant(header.byteSize(), stashed, landing.window(id, header)));
      }
      return due;
    }
  }

  private static void addIfDue(List<Message> due, Message.@Nullable Credit credit) {
    if (credit != null) {
      due.add(credit);
    }
  }

  private AsocStream.Described described(Tensor memory) {
    AsocStream.Described described =
        new AsocStream.Described(id, header, memory, landing, AsocCredit.STREAM_WINDOW);
    described.promised = promised;
    described.begin(this, stashed);
    return described;
  }

  private void move(Tensor memory) {
    Tensor from = stash;
    if (from != null) {
      MemorySegment.copy(from.segment(), 0, memory.segment(), 0, stashed);
      from.close();
      stash = null;
    }
    landing.landed(id, header, stashed);
  }

  @Override
  public void drop() {
    synchronized (this) {
      if (!whole || over) {
        return;
      }
      release();
    }
  }

  /// Gives up a stream that is not whole; called by the reader. Returns the credit that is due.
  Message.@Nullable Credit abandon(String reason) {
    Message.Credit due;
    synchronized (this) {
      release();
      due = inflow.settle(unsettled);
      unsettled = 0;
    }
    landing.abandoned(id, header, reason);
    return due;
  }

  private void release() {
    over = true;
    if (stash != null) {
      stash.close();
      stash = null;
    }
    if (tensor != null) {
      tensor.close();
      tensor = null;
    }
  }
}
