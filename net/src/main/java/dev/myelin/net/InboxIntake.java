package dev.myelin.net;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.PoolExhaustedException;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.TensorHeader;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Lands tensors in the node's pool and passes them on to its inbox.
final class InboxIntake implements Intake {
  private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

  private final Inbox inbox;
  private final Map<Integer, Long> landing = new HashMap<>();
  private final Map<Integer, Pieces> pieces = new HashMap<>();

  /// The chunks of one stream that nobody described.
  private static final class Pieces {
    private final List<Tensor> chunks = new ArrayList<>();
    private long bytes;
  }

  InboxIntake(Inbox inbox) {
    this.inbox = inbox;
  }

  @Override
  public Tensor land(int stream, TensorHeader header) throws PeerException {
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
    Tensor tensor = allocate(header.name(), header.dtype(), header.shape());
    landing.put(stream, bytes);
    inbox.arriving(bytes);
    return tensor;
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
    return allocate("stream " + stream, DType.U8, Shape.of(bytes));
  }

  @Override
  public void abandoned(int stream, TensorHeader header, String reason) {
    arrived(stream);
  }

  @Override
  public void complete(PeerId from, Message.Transfer transfer) throws InterruptedException {
    arrived(transfer.stream());
    inbox.put(
        new Delivery(
            from, transfer.header().name(), transfer.tensor(), true, transfer.digestHex()));
  }

  @Override
  public void chunk(PeerId from, Message.TensorData data) {
    Pieces all = pieces.computeIfAbsent(data.stream(), _ -> new Pieces());
    all.chunks.add(data.tensor());
    all.bytes += data.tensor().byteSize();
    inbox.arriving(data.tensor().byteSize());
  }

  @Override
  public long end(PeerId from, Message.End end) throws IOException, InterruptedException {
    Pieces all = pieces.remove(end.stream());
    Tensor whole =
        all == null
            ? allocate("stream " + end.stream(), DType.U8, Shape.of(0))
            : join(end.stream(), all);
    long bytes = whole.byteSize();
    inbox.put(
        new Delivery(from, "stream-" + Integer.toUnsignedString(end.stream()), whole, false, ""));
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
    List.copyOf(landing.keySet()).forEach(this::arrived);
    pieces.values().forEach(this::drop);
    pieces.clear();
  }

  private void arrived(int stream) {
    Long bytes = landing.remove(stream);
    if (bytes != null) {
      inbox.arriving(-bytes);
    }
  }

  private void drop(Pieces all) {
    all.chunks.forEach(Tensor::close);
    inbox.arriving(-all.bytes);
  }

  private Tensor join(int stream, Pieces all) throws IOException {
    if (all.chunks.size() == 1) {
      inbox.arriving(-all.bytes);
      return all.chunks.getFirst();
    }
    try {
      Tensor whole = allocate("stream " + stream, DType.U8, Shape.of(all.bytes));
      long offset = 0;
      for (Tensor chunk : all.chunks) {
        MemorySegment.copy(chunk.segment(), 0, whole.segment(), offset, chunk.byteSize());
        offset += chunk.byteSize();
      }
      return whole;
    } finally {
      drop(all);
    }
  }

  /// Takes memory from the pool; waits for it only while somebody holds whole tensors, because
  /// memory of streams that are still arriving on this very thread would never come back.
  private Tensor allocate(String what, DType dtype, Shape shape) throws PeerException {
    while (true) {
      long asked = System.nanoTime();
      try {
        return inbox.pool().allocate(dtype, shape, LOOK_AGAIN);
      } catch (PoolExhaustedException e) {
        boolean hopeless = System.nanoTime() - asked < LOOK_AGAIN.toNanos();
        if (hopeless || !inbox.someoneHoldsTensors()) {
          throw new PeerException.Overloaded(what + ": " + e.getMessage(), e);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new PeerException.Closed(what + ": this node is closing", false, e);
      }
    }
  }
}
