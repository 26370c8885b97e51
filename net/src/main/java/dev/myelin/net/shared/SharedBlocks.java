package dev.myelin.net.shared;

import dev.myelin.tensor.MemorySource;
import dev.myelin.tensor.PoolExhaustedException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/// Memory for a pool whose tensors another process can map.
public final class SharedBlocks implements MemorySource {
  private final ConcurrentSkipListMap<Long, SharedMemory> byAddress = new ConcurrentSkipListMap<>();

  /// Where in shared memory something lies.
  public record Spot(SharedMemory.Place place, long offset) {}

  /// Nothing yet.
  public SharedBlocks() {}

  @Override
  public Memory take(long bytes) {
    SharedMemory memory;
    try {
      memory = SharedMemory.make(bytes);
    } catch (IOException e) {
      throw new PoolExhaustedException(
          bytes + " bytes: no memory to share (expected: that the system gives it): " + e);
    }
    byAddress.put(memory.segment().address(), memory);
    return new Piece(memory);
  }

  /// Returns where others find this memory; empty if it did not come from here.
  public Optional<Spot> spot(MemorySegment segment) {
    Map.Entry<Long, SharedMemory> below =
        segment.isNative() ? byAddress.floorEntry(segment.address()) : null;
    if (below == null) {
      return Optional.empty();
    }
    SharedMemory memory = below.getValue();
    long offset = segment.address() - below.getKey();
    boolean inside = offset <= memory.bytes() && segment.byteSize() <= memory.bytes() - offset;
    return inside ? Optional.of(new Spot(memory.place(), offset)) : Optional.empty();
  }

  private final class Piece implements Memory {
    private final SharedMemory memory;
    private final long address;

    private Piece(SharedMemory memory) {
      this.memory = memory;
      this.address = memory.segment().address();
    }

    @Override
    public MemorySegment segment() {
      return memory.segment();
    }

    // Found no longer before it is unmapped: the address may serve another piece right after.
    @Override
    public void close() {
      byAddress.remove(address, memory);
      try {
        memory.close();
      } catch (IllegalStateException e) {
        byAddress.put(address, memory);
        throw e;
      }
    }
  }
}
