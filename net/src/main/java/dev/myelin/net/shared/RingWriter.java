package dev.myelin.net.shared;

import dev.myelin.wire.PeerException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;

/// The end of a ring into which one thread at a time writes.
///
/// What the reader says of itself is compared with what this side knows: a lie ends the connection.
public final class RingWriter {
  /// How the reader of the other process is woken, where it listens on the socket.
  @FunctionalInterface
  public interface Knock {
    /// Sends one byte.
    void knock() throws IOException;
  }

  private final MemorySegment memory;
  private final ByteBuffer bytes;
  private final int capacity;
  private final int stride;
  private final Gate gate;
  private final Knock knock;
  private final Doorbell reader;
  private final Doorbell own;
  private final SpinBudget spin;
  private final BooleanSupplier ready = this::mayGoOn;

  private long head;
  private long published;
  private long knownTail;

  private RingWriter(MemorySegment memory, Gate gate, Knock knock, SpinBudget spin) {
    this.memory = memory;
    this.capacity = RingLayout.capacity(memory);
    this.stride = capacity / 4;
    this.bytes = memory.asSlice(RingLayout.BYTES).asByteBuffer();
    this.gate = gate;
    this.spin = spin;
    this.knock = knock;
    this.reader = new Doorbell(memory, RingLayout.READER_BELL);
    this.own = new Doorbell(memory, RingLayout.WRITER_BELL);
  }

  /// Returns the writing end of a ring in this memory.
  public static RingWriter over(MemorySegment memory, Gate gate, Knock knock, SpinBudget spin) {
    RingWriter writer = new RingWriter(memory, gate, knock, spin);
    gate.add(writer.own);
    return writer;
  }

  /// Writes every byte that remains; waits for room while the reader lives but takes nothing.
  ///
  /// @throws PeerException.Malformed if the reader lies
  /// @throws IOException if the reader is gone, the gate was closed, or the thread interrupted
  public void write(ByteBuffer source) throws IOException {
    while (source.hasRemaining()) {
      int room = room();
      if (room == 0) {
        publish();
        gate.awaitRoom(own, spin, ready);
        requireReader();
        continue;
      }
      int count = Math.min(Math.min(room, source.remaining()), stride);
      put(source, count);
      head += count;
      if (head - published >= stride) {
        publish();
      }
    }
  }

  /// Makes what was written visible to the reader, and wakes it.
  public void publish() throws IOException {
    if (published == head) {
      return;
    }
    published = head;
    RingLayout.LONG.setRelease(memory, RingLayout.HEAD, head);
    VarHandle.fullFence(); // the reader's bell is looked at after the head is out
    wakeReader();
  }

  /// Tells the reader that nothing more comes.
  public void end() throws IOException {
    publish();
    RingLayout.INT.setVolatile(memory, RingLayout.ENDED, 1);
    wakeReader();
  }

  private void wakeReader() throws IOException {
    int how = reader.waiting();
    if (how == Doorbell.LISTENING) {
      reader.await(Doorbell.AWAKE);
      knock.knock();
    } else if (how != Doorbell.AWAKE) {
      reader.ring();
    }
  }

  private void put(ByteBuffer source, int count) {
    int at = (int) (head & (capacity - 1));
    int first = Math.min(count, capacity - at);
    int from = source.position();
    bytes.put(at, source, from, first);
    if (first < count) {
      bytes.put(0, source, from + first, count - first);
    }
    source.position(from + count);
  }

  private int room() throws PeerException.Malformed {
    int room = capacity - (int) (head - knownTail);
    if (room > 0) {
      return room;
    }
    long tail = (long) RingLayout.LONG.getAcquire(memory, RingLayout.TAIL);
    if (tail < knownTail || tail > published) {
      throw new PeerException.Malformed(
          "shared memory",
          published,
          "tail: " + tail + " (expected: " + knownTail + ".." + published + ")");
    }
    knownTail = tail;
    return capacity - (int) (head - tail);
  }

  private boolean mayGoOn() {
    return (long) RingLayout.LONG.getVolatile(memory, RingLayout.TAIL) != knownTail
        || gone()
        || gate.alone();
  }

  private boolean gone() {
    return (int) RingLayout.INT.getVolatile(memory, RingLayout.GONE) != 0;
  }

  private void requireReader() throws IOException {
    if (gone() || gate.alone()) {
      throw new IOException("the other process no longer reads");
    }
  }
}
