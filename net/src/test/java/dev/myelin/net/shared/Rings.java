package dev.myelin.net.shared;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/// Both ends of a ring in one process.
final class Rings implements AutoCloseable {
  final Arena arena = Arena.ofShared();
  final MemorySegment memory;
  final Gate writerGate = new Gate();
  final Gate readerGate = new Gate();
  final RingWriter writer;
  final RingReader reader;

  Rings(int capacity) {
    this(capacity, () -> {});
  }

  Rings(int capacity, RingWriter.Knock knock) {
    memory = arena.allocate(RingLayout.BYTES + capacity, 4096);
    writer = RingWriter.over(memory, writerGate, knock, SpinBudget.cautious());
    reader = RingReader.over(memory, readerGate, SpinBudget.cautious());
  }

  static byte[] readFully(RingReader reader, int bytes) throws IOException {
    ByteBuffer target = ByteBuffer.allocate(bytes);
    while (target.hasRemaining()) {
      if (reader.read(target, -1) < 0) {
        throw new IOException("ended after " + target.position());
      }
    }
    return target.array();
  }

  @Override
  public void close() throws IOException {
    writerGate.close();
    readerGate.close();
    arena.close();
  }
}
