package dev.myelin.net.shared;

import dev.myelin.tensor.Tensor;
import dev.myelin.wire.Limits;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.TensorHeader;
import java.io.IOException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// The memory of other processes that is mapped here, within limits; what nobody uses stays mapped
/// for a while, because the next tensor often lies in the same piece.
public final class ForeignMemory implements AutoCloseable {
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Limits.Sharing limits;
  private final long uid;
  private final Map<SharedMemory.Place, Mapping> mappings = new HashMap<>(); // guarded by this
  private long mappedBytes; // guarded by this
  private boolean closed; // guarded by this

  /// A piece, how many tensors lie in it, and whether it goes with the last of them.
  private static final class Mapping {
    private final SharedMemory memory;
    private int tensors;
    private long idleNanos;
    private boolean last;

    private Mapping(SharedMemory memory) {
      this.memory = memory;
    }
  }

  private ForeignMemory(Limits.Sharing limits, long uid) {
    this.limits = limits;
    this.uid = uid;
  }

  /// Returns the memory of processes of that user.
  public static ForeignMemory within(Limits.Sharing limits, long uid) {
    return new ForeignMemory(limits, uid);
  }

  /// Returns a tensor that lies in memory of another process; `freed` runs once it is closed.
  ///
  /// @throws PeerException.Overloaded if that would map more than the limits allow
  /// @throws PeerException.Refused if the memory is not as promised
  public Tensor view(SharedMemory.Place place, long offset, TensorHeader header, Runnable freed)
      throws PeerException {
    long bytes = header.byteSize();
    if (offset < 0 || offset > place.bytes() || bytes > place.bytes() - offset) {
      throw new PeerException.Refused(
          "reference: " + bytes + " bytes at " + offset + " (expected: within " + place + ")");
    }
    Mapping mapping = enter(place);
    return Tensor.owning(
        header.dtype(),
        header.shape(),
        mapping.memory.segment().asSlice(offset, bytes),
        () -> {
          leave(mapping);
          freed.run();
        });
  }

  private synchronized Mapping enter(SharedMemory.Place place) throws PeerException {
    Mapping known = mappings.get(place);
    if (known == null) {
      makeRoom(place);
      known = new Mapping(find(place));
      mappings.put(place, known);
      mappedBytes += place.bytes();
    }
    known.tensors++;
    known.last = false;
    return known;
  }

  private SharedMemory find(SharedMemory.Place place) throws PeerException {
    try {
      return SharedMemory.find(place, uid);
    } catch (IOException e) {
      throw new PeerException.Refused("reference: " + e.getMessage());
    }
  }

  private void makeRoom(SharedMemory.Place place) throws PeerException {
    if (closed || !fits(place.bytes())) {
      unmap(_ -> true);
    }
    if (closed || !fits(place.bytes())) {
      throw new PeerException.Overloaded(
          "mapped memory of neighbours: %d bytes in %d pieces and %d more (expected: <= %d, <= %d)"
              .formatted(
                  mappedBytes,
                  mappings.size(),
                  place.bytes(),
                  limits.mappedBytes(),
                  limits.segments()),
          null);
    }
  }

  private boolean fits(long bytes) {
    return bytes <= limits.mappedBytes() - mappedBytes && mappings.size() < limits.segments();
  }

  private synchronized void leave(Mapping mapping) {
    mapping.tensors--;
    mapping.idleNanos = System.nanoTime();
    if (closed || mapping.last) {
      unmap(each -> closed || each.last);
    }
  }

  /// Notes that a connection to that process ended: what was out over it holds no further tensor,
  /// so memory of that process is mapped no longer than tensors lie in it, unless it is named
  /// again.
  public synchronized void left(long pid) {
    mappings.forEach((place, mapping) -> mapping.last |= place.pid() == pid);
    unmap(each -> each.last);
  }

  /// Unmaps what nobody has used for a while.
  public synchronized void sweep(long nowNanos) {
    if (!mappings.isEmpty()) {
      unmap(each -> each.last || nowNanos - each.idleNanos > IDLE_NANOS);
    }
  }

  private void unmap(Predicate<Mapping> which) {
    for (Iterator<Mapping> all = mappings.values().iterator(); all.hasNext(); ) {
      Mapping each = all.next();
      if (each.tensors == 0 && which.test(each) && unmapped(each.memory)) {
        mappedBytes -= each.memory.bytes();
        all.remove();
      }
    }
  }

  // What a system call still uses stays for the next time.
  private static boolean unmapped(SharedMemory memory) {
    try {
      memory.close();
      return true;
    } catch (IllegalStateException e) {
      return false;
    }
  }

  /// Returns how many bytes are mapped.
  public synchronized long mappedBytes() {
    return mappedBytes;
  }

  /// Unmaps what no tensor lies in, and the rest as its tensors are closed.
  @Override
  public synchronized void close() {
    closed = true;
    unmap(_ -> true);
  }
}
