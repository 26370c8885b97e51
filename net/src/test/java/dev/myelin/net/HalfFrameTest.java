package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.testkit.LeakCheck;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@Timeout(30)
@ExtendWith(LeakCheck.class)
class HalfFrameTest {
  private static final byte[] FRAME = StockPeer.frame(StockPeer.DATA, 1, 0, new byte[1000]);

  @Test
  void declaresAPeerDeadThatStopsInsideAPayload() throws Exception {
    stopAfter(500);
  }

  @Test
  void declaresAPeerDeadThatStopsInsideAHeader() throws Exception {
    stopAfter(7);
  }

  private static void stopAfter(int bytes) throws Exception {
    try (Node node = Node.start(Lab.config(Lab.impatient()));
        RawPeer peer = RawPeer.dial(node.endpoint())) {
      peer.write(Arrays.copyOf(FRAME, bytes));
      long start = System.nanoTime();
      Lab.eventually(node, "timed-out-silence", 1);
      assertThat(Lab.since(start)).isLessThan(Duration.ofSeconds(3));
      Lab.eventually("its memory is back", () -> node.pool().outstanding() == 0);
    }
  }

  @Test
  void givesTheMemoryBackOfATensorThatStopsHalfway() throws Exception {
    try (Node node = Node.start(Lab.config(Lab.impatient()));
        RawPeer peer = RawPeer.dial(node.endpoint())) {
      peer.write(StockPeer.frame(StockPeer.CONTROL, 1, 0, open("t", 1 << 16)));
      Lab.eventually("memory is taken", () -> node.pool().outstanding() > 0);
      peer.write(Arrays.copyOf(StockPeer.frame(StockPeer.DATA, 1, 0, new byte[1 << 15]), 1000));
      Lab.eventually(node, "timed-out-silence", 1);
      Lab.eventually("its memory is back", () -> node.pool().outstanding() == 0);
    }
  }

  /// Returns the payload that describes a U8 tensor of rank one without a digest.
  private static byte[] open(String name, long bytes) {
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(5 + 3 + 8 + 8 + 2 + text.length)
        .putInt(0x4D595801)
        .put((byte) 0x10)
        .put((byte) 12)
        .put((byte) 0)
        .put((byte) 1)
        .putLong(bytes)
        .putLong(bytes)
        .putShort((short) text.length)
        .put(text)
        .array();
  }
}
