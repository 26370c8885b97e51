package dev.myelin.net.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.testkit.Property;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.FutureTask;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class RingProperties {
  @Test
  void whatIsWrittenIsReadWhateverTheSizesAndThreads() {
    Property.check(
        60,
        random -> {
          int capacity = 4096 << random.nextInt(4);
          long total = random.nextInt(4 << 20);
          long seed = random.nextLong();
          boolean virtual = random.nextBoolean();
          try (Rings rings = new Rings(capacity)) {
            FutureTask<Long> written =
                new FutureTask<>(() -> write(rings.writer, total, seed, capacity));
            (virtual ? Thread.ofVirtual() : Thread.ofPlatform()).start(written);
            assertThat(read(rings.reader, seed + 1, capacity)).isEqualTo(written.get());
          }
        });
  }

  private static long write(RingWriter writer, long total, long seed, int capacity)
      throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    CRC32C sum = new CRC32C();
    for (long left = total; left > 0; ) {
      byte[] part = new byte[(int) Math.min(left, 1 + random.nextInt(2 * capacity))];
      random.nextBytes(part);
      sum.update(part);
      ByteBuffer bytes =
          random.nextBoolean()
              ? ByteBuffer.wrap(part)
              : ByteBuffer.allocateDirect(part.length).put(part).flip();
      writer.write(bytes);
      left -= part.length;
      if (random.nextInt(3) > 0) {
        writer.publish();
      }
    }
    writer.end();
    return sum.getValue();
  }

  private static long read(RingReader reader, long seed, int capacity) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    CRC32C sum = new CRC32C();
    while (true) {
      int size = 1 + random.nextInt(2 * capacity);
      ByteBuffer target =
          random.nextBoolean() ? ByteBuffer.allocate(size) : ByteBuffer.allocateDirect(size);
      if (reader.read(target, -1) < 0) {
        return sum.getValue();
      }
      sum.update(target.flip());
    }
  }
}
