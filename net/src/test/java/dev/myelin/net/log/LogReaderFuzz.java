package dev.myelin.net.log;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.myelin.tensor.PoolExhaustedException;
import dev.myelin.tensor.TensorPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32C;

/// Any bytes in the place of a segment are read, or told of; nothing else happens.
class LogReaderFuzz {
  @FuzzTest(maxDuration = "5m")
  void anyBytesAreReadOrToldOf(byte[] segment) throws Exception {
    read(segment);
    if (segment.length >= RecordHead.FIXED_BYTES) {
      read(sealed(segment));
    }
  }

  private static void read(byte[] segment) throws Exception {
    Path root = Files.createTempDirectory("log");
    try {
      Path folder = Files.createDirectories(Scene.folder(root));
      Files.write(Segment.path(folder, 0), segment);
      SegmentHead head = new SegmentHead(5, 0);
      Files.write(Segment.path(folder, 5), head.encode().array());
      try (TensorPool pool = TensorPool.open("fuzz", 1 << 20);
          TopicLog log = Scene.open(root, Scene.never())) {
        assertThat(log.next()).isEqualTo(5);
        readAll(log, pool);
      }
    } finally {
      Scene.delete(root);
    }
  }

  private static void readAll(TopicLog log, TensorPool pool)
      throws IOException, InterruptedException {
    try (LogReader reader = log.read(Start.oldest(), TopicFilter.all(), pool)) {
      Scene.texts(reader);
      assertThat(reader.position()).isEqualTo(5);
    } catch (PoolExhaustedException e) {
      assertThat(e).hasMessageNotContaining("null");
    }
  }

  /// Returns the bytes behind the head of a segment, with a head's checksum that is right.
  private static byte[] sealed(byte[] record) {
    byte[] bytes = Arrays.copyOf(record, record.length);
    ByteBuffer values = ByteBuffer.wrap(bytes);
    values.putInt(0, RecordHead.MAGIC);
    int measured = RecordHead.measure(values, 0, bytes.length);
    if (measured >= RecordHead.FIXED_BYTES + Long.BYTES && measured <= bytes.length) {
      long firstSize = values.getLong(RecordHead.FIXED_BYTES);
      int topicBytes = RecordHead.topicBytes(Math.max(0, firstSize));
      int end = RecordHead.FIXED_BYTES + values.getInt(40) * Long.BYTES + topicBytes;
      CRC32C crc = new CRC32C();
      crc.update(bytes, 8, Math.min(end, measured) - 8);
      values.putInt(4, (int) crc.getValue());
    }
    byte[] segment = Arrays.copyOf(new SegmentHead(0, 0).encode().array(), 24 + bytes.length);
    System.arraycopy(bytes, 0, segment, 24, bytes.length);
    return segment;
  }
}
