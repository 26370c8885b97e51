package dev.myelin.net;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.PoolExhaustedException;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.wire.Message;
import dev.myelin.wire.Parked;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.TensorHeader;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Lands tensors in the node's pool and passes them on to its inbox.
final class InboxIntake implements Intake {
  private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

  private final Inbox inbox;
  private final Map<Integer, Long> landing = new HashMap<>();
  private final Map<Integer, Pieces> pieces = new HashMap<>();
  private long arriving;

  /// Where the peer knows credit: the described tensors, for which the reader does not wait. Set
  /// before anything lands.
  private @Nullable Lodging lodging;

  /// The least memory taken for the chunks behind the first of a stream: small ones share it, so
  /// that a peer cannot make this side keep more than the bytes it sends.
  private static final long BLOCK_BYTES = 64 << 10;

  /// What arrived of one stream that nobody described.
  private static final class Pieces {
    private final List<Block> blocks = new ArrayList<>();
    private long bytes;

    private boolean hasRoom(long more) {
      return !blocks.isEmpty() && blocks.getLast().room() >= more;
    }

    private long held() {
      return blocks.stream().mapToLong(block -> block.memory.byteSize()).sum();
    }
  }

  /// Memory that chunks fill one behind the other.
  private static final class Block {
    private final Tensor memory;
    private long used;

    private Block(Tensor memory) {
      this.memory = memory;
    }

    private long room() {
      return memory.byteSize() - used;
    }
  }

  InboxIntake(Inbox inbox) {
    this.inbox = inbox;
  }

  @Override
  public Lodging lodge(Lodging.Host host) {
    Lodging made = new Lodging(inbox, inbox.flow(), host);
    lodging = made;
    return made;
  }

  @Override
  public @Nullable Tensor land(int stream, TensorHeader header) throws PeerException {
    long bytes = header.byteSize();
    if (bytes > inbox.limits().tensorBytes()) {
      throw new PeerException.Refused(
          "tensor "
              + header.name()
              + ": "
              + bytes
              + " bytes (expected: <= "
              + inbox.limits().tensorBytes()
              + ")");
    }
    if (lodging != null) {
      return lodging.land(stream, header);
    }
    Tensor tensor = allocate(header.name(), header.dtype(), header.shape());
    landing.put(stream, bytes);
    arriving(bytes);
    return tensor;
  }

  @Override
  public void parked(Parked stream) {
    lodging().parked(stream);
  }

  @Override
  public Tensor stash(int stream, long bytes) throws PeerException {
    return lodging().stash(stream, bytes);
  }

  @Override
  public long window(int stream, TensorHeader header) {
    return lodging().window();
  }

  @Override
  public void landed(int stream, TensorHeader header, long bytesSoFar) {
    if (lodging != null) {
      lodging.landed(header, bytesSoFar);
    }
  }

  private Lodging lodging() {
    return Objects.requireNonNull(lodging, "a peer that knows credit");
  }

  @Override
  public Tensor landChunk(int stream, long sequence, long bytes) throws PeerException {
    long total = bytes + (pieces.containsKey(stream) ? pieces.get(stream).bytes : 0);
    if (total > inbox.limits().tensorBytes()
        || (sequence == 0 && pieces.size() >= inbox.limits().open())) {
      throw new PeerException.Overloaded(
          "stream "
              + stream
              + ": "
              + total
              + " bytes in one of "
              + pieces.size()
              + " streams (expected: <= "
              + inbox.limits().tensorBytes()
              + " bytes, <= "
              + inbox.limits().open()
              + " streams)",
          null);
    }
    Pieces all = pieces.get(stream);
    if (all == null || !all.hasRoom(bytes)) {
      long least = all == null ? 0 : Math.min(BLOCK_BYTES, inbox.pool().available());
      long size = Math.max(bytes, least);
      Tensor memory = allocate("stream " + stream, DType.U8, Shape.of(size));
      arriving(size);
      all = pieces.computeIfAbsent(stream, _ -> new Pieces());
      all.blocks.add(new Block(memory));
    }
    Block last = all.blocks.getLast();
    return last.memory.rows(last.used, last.used + bytes);
  }

  @Override
  public void abandoned(int stream, TensorHeader header, String reason) {
    if (lodging != null) {
      lodging.ended(header);
      return;
    }
    arrived(stream);
  }

  @Override
  public boolean putsOff(Message.Transfer transfer) throws PeerException.Overloaded {
    return lodging != null && lodging.putsOff(transfer);
  }

  @Override
  public void complete(PeerId from, Message.Transfer transfer) throws InterruptedException {
    Delivery delivery =
        new Delivery(
            from,
            transfer.header().name(),
            transfer.tensor(),
            true,
            transfer.digestHex(),
            transfer.travelledAs());
    if (lodging != null) {
      // It has had room since it began; the count moves from those that land to those that wait.
      inbox.add(delivery);
      lodging.ended(transfer.header());
      return;
    }
    arrived(transfer.stream());
    inbox.put(delivery);
  }

  @Override
  public void announce() {
    inbox.announce();
  }

  @Override
  public void chunk(PeerId from, Message.TensorData data) {
    long bytes = data.tensor().byteSize();
    Pieces all = Objects.requireNonNull(pieces.get(data.stream()), "a chunk that did not land");
    all.blocks.getLast().used += bytes;
    all.bytes += bytes;
  }

  @Override
  public long end(PeerId from, Message.End end) throws IOException, InterruptedException {
    Pieces all = pieces.remove(end.stream());
    if (lodging != null && !inbox.hasRoom(0)) {
      if (all != null) {
        drop(all);
      }
      throw new PeerException.Overloaded("stream " + end.stream() + ": the inbox is full", null);
    }
    Tensor whole =
        all == null
            ? allocate("stream " + end.stream(), DType.U8, Shape.of(0))
            : join(end.stream(), all);
    long bytes = whole.byteSize();
    String name = "stream-" + Integer.toUnsignedString(end.stream());
    Delivery delivery = new Delivery(from, name, whole, false, "", DType.U8);
    if (lodging == null) {
      inbox.put(delivery);
    } else {
      inbox.add(delivery);
    }
    return bytes;
  }

  @Override
  public void drop(int stream) {
    Pieces all = pieces.remove(stream);
    if (all != null) {
      drop(all);
    }
  }

  @Override
  public void close() {
    inbox.announce();
    List.copyOf(landing.keySet()).forEach(this::arrived);
    pieces.values().forEach(this::drop);
    pieces.clear();
    if (lodging != null) {
      lodging.close();
    }
  }

  private void arriving(long bytes) {
    arriving += bytes;
    inbox.arriving(bytes);
  }

  private void arrived(int stream) {
    Long bytes = landing.remove(stream);
    if (bytes != null) {
      arriving(-bytes);
    }
  }

  private void drop(Pieces all) {
    arriving(-all.held());
    all.blocks.forEach(block -> block.memory.close());
  }

  private Tensor join(int stream, Pieces all) throws IOException {
    if (all.blocks.size() == 1 && all.blocks.getFirst().room() == 0) {
      arriving(-all.held());
      return all.blocks.getFirst().memory;
    }
    try {
      Tensor whole = allocate("stream " + stream, DType.U8, Shape.of(all.bytes));
      long offset = 0;
      for (Block block : all.blocks) {
        MemorySegment.copy(block.memory.segment(), 0, whole.segment(), offset, block.used);
        offset += block.used;
      }
      return whole;
    } finally {
      drop(all);
    }
  }

  /// Returns whether memory may come back while this thread waits: somebody must hold whole
  /// tensors; and enough of them, if streams of this connection are under way, for these wait with
  /// it.
  private boolean isWorthWaiting(long bytes) {
    return inbox.someoneHoldsTensors() && (arriving == 0 || inbox.couldGive(bytes));
  }

  /// Takes memory from the pool; waits for it only while that can help, because memory of streams
  /// that are still arriving on this very thread would never come back.
  private Tensor allocate(String what, DType dtype, Shape shape) throws PeerException {
    while (true) {
      long asked = System.nanoTime();
      try {
        if (lodging != null) {
          return inbox.pool().allocate(dtype, shape);
        }
        return inbox.pool().allocate(dtype, shape, LOOK_AGAIN);
      } catch (PoolExhaustedException e) {
        boolean hopeless = System.nanoTime() - asked < LOOK_AGAIN.toNanos();
        if (hopeless || !isWorthWaiting(dtype.bytesFor(shape.elements()))) {
          throw new PeerException.Overloaded(what + ": " + e.getMessage(), e);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new PeerException.Closed(what + ": this node is closing", false, e);
      }
    }
  }
}
