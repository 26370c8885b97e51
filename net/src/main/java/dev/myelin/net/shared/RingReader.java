package dev.myelin.net.shared;

import dev.myelin.wire.PeerException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;

/// The end of a ring from which one thread at a time reads.
///
/// What the writer says of itself is compared with what this side knows: a lie ends the connection.
/// Bytes are copied out before anybody looks at them.
public final class RingReader {
  private final MemorySegment memory;
  private final ByteBuffer bytes;
  private final int capacity;
  private final int stride;
  private final Gate gate;
  private final Doorbell writer;
  private final Doorbell own;
  private final SpinBudget spin;
  private final BooleanSupplier ready = this::mayGoOn;

  private long tail;
  private long knownHead;

  private RingReader(MemorySegment memory, Gate gate, SpinBudget spin) {
    this.memory = memory;
    this.capacity = RingLayout.capacity(memory);
    this.stride = capacity / 4;
    this.bytes = memory.asSlice(RingLayout.BYTES).asByteBuffer();
    this.gate = gate;
    this.spin = spin;
    this.writer = new Doorbell(memory, RingLayout.WRITER_BELL);
    this.own = new Doorbell(memory, RingLayout.READER_BELL);
  }

  /// Returns the reading end of a ring in this memory.
  public static RingReader over(MemorySegment memory, Gate gate, SpinBudget spin) {
    RingReader reader = new RingReader(memory, gate, spin);
    gate.add(reader.own);
    return reader;
  }

  /// Reads what there is, at least a byte, into a target that has room.
  ///
  /// @param limitNanos how long to wait at most; negative for as long as it takes
  /// @return how many bytes; -1 at the end, 0 if the limit has passed
  /// @throws PeerException.Malformed if the writer lies
  /// @throws IOException if the gate was closed, or the thread interrupted
  public int read(ByteBuffer target, long limitNanos) throws IOException {
    int available = available();
    while (available == 0) {
      if (isOver()) {
        return -1;
      }
      if (!gate.awaitRing(own, spin, ready, limitNanos)) {
        return 0;
      }
      available = available();
    }
    int count = Math.min(Math.min(available, target.remaining()), stride);
    take(target, count);
    tail += count;
    RingLayout.LONG.setRelease(memory, RingLayout.TAIL, tail);
    VarHandle.fullFence(); // the writer's bell is looked at after the tail is out
    // A writer that waits is woken for a good piece of work, not for a few bytes.
    if (knownHead - tail <= capacity / 2 && writer.waiting() != Doorbell.AWAKE) {
      writer.ring();
    }
    return count;
  }

  /// Tells the writer that nothing more is read.
  public void leave() {
    RingLayout.INT.setVolatile(memory, RingLayout.GONE, 1);
    writer.ring();
  }

  /// The end is looked at before the head, because the writer says them the other way round.
  private boolean isOver() throws PeerException.Malformed {
    boolean over = gate.alone() || ended();
    return over && available() == 0;
  }

  private boolean ended() {
    return (int) RingLayout.INT.getVolatile(memory, RingLayout.ENDED) != 0;
  }

  private int available() throws PeerException.Malformed {
    if (knownHead != tail) {
      return (int) (knownHead - tail);
    }
    long head = (long) RingLayout.LONG.getAcquire(memory, RingLayout.HEAD);
    if (head < knownHead || head - tail > capacity) {
      throw new PeerException.Malformed(
          "shared memory",
          tail,
          "head: " + head + " (expected: " + knownHead + ".." + (tail + capacity) + ")");
    }
    knownHead = head;
    return (int) (head - tail);
  }

  private boolean mayGoOn() {
    return (long) RingLayout.LONG.getVolatile(memory, RingLayout.HEAD) != tail
        || ended()
        || gate.alone();
  }

  private void take(ByteBuffer target, int count) {
    int at = (int) (tail & (capacity - 1));
    int first = Math.min(count, capacity - at);
    int to = target.position();
    target.put(to, bytes, at, first);
    if (first < count) {
      target.put(to + first, bytes, 0, count - first);
    }
    target.position(to + count);
  }
}
