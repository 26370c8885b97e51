package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class DuplexSourceTest {
  private static final int HEAD = 14;
  private static final int BODY = 4140;
  private static final int FRAMES = 1000;

  /// A peer that has always sent more than is asked for.
  private static final class Plenty implements Duplex {
    private int reads;
    private byte next;

    @Override
    public int read(ByteBuffer target) {
      reads++;
      int count = target.remaining();
      while (target.hasRemaining()) {
        target.put(next++);
      }
      return count;
    }

    @Override
    public int read(ByteBuffer target, Duration limit) {
      return read(target);
    }

    @Override
    public void write(ByteBuffer[] parts) throws IOException {
      throw new IOException("nobody writes");
    }

    @Override
    public void endOutput() {}

    @Override
    public void close() {}
  }

  private final Plenty plenty = new Plenty();
  private final DuplexSource source = new DuplexSource(plenty);
  private final MemorySegment head = MemorySegment.ofArray(new byte[HEAD]);

  @Test
  void smallFramesOnTheHeapComeManyWithOneRead() throws Exception {
    MemorySegment body = MemorySegment.ofArray(new byte[BODY]);
    for (int i = 0; i < FRAMES; i++) {
      assertThat(source.readFully(head)).isTrue();
      assertThat(source.readFully(body)).isTrue();
      int first = (i * (HEAD + BODY) + HEAD) & 0xFF;
      assertThat(body.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) first);
    }
    assertThat(plenty.reads).isLessThan(FRAMES / 10);
  }

  @Test
  void whatGoesIntoATensorIsNotCopiedThroughTheBuffer() throws Exception {
    try (TensorPool pool = TensorPool.open("source", 1 << 20);
        Tensor tensor = pool.allocate(DType.U8, Shape.of(1 << 16))) {
      for (int i = 0; i < FRAMES; i++) {
        assertThat(source.readFully(head)).isTrue();
        assertThat(source.readFully(tensor.segment())).isTrue();
      }
    }
    assertThat(plenty.reads).as("one for each head and each body").isBetween(1990, 2010);
  }

  @Test
  void whatIsToBeDoneBeforeAReadIsDoneOnceForEach() throws Exception {
    int[] done = {0};
    source.beforeReading(() -> done[0]++);
    MemorySegment body = MemorySegment.ofArray(new byte[BODY]);
    for (int i = 0; i < FRAMES; i++) {
      assertThat(source.readFully(body)).isTrue();
    }
    assertThat(done[0]).isEqualTo(plenty.reads).isPositive();
  }
}
