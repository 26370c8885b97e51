package dev.myelin.net.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.testkit.LeakCheck;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.FutureTask;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@Timeout(60)
@ExtendWith(LeakCheck.class)
class RingProcessTest {
  private static final long BYTES = RingLayout.BYTES + (64 << 10);

  @Test
  void aChildProcessAnswersEveryByte() throws Exception {
    byte[] sent = new byte[5_000_000];
    RandomGenerator.of("SplittableRandom").nextBytes(sent);
    try (SharedMemory there = SharedMemory.make(BYTES);
        SharedMemory back = SharedMemory.make(BYTES);
        Gate gate = new Gate()) {
      Process child = RingChild.start(there, back);
      RingWriter writer = RingWriter.over(there.segment(), gate, () -> {}, SpinBudget.cautious());
      RingReader reader = RingReader.over(back.segment(), gate, SpinBudget.cautious());
      FutureTask<byte[]> answer = new FutureTask<>(() -> Rings.readFully(reader, sent.length));
      Thread.ofPlatform().start(answer);
      writer.write(ByteBuffer.wrap(sent));
      writer.end();
      assertThat(answer.get()).isEqualTo(sent);
      assertThat(reader.read(ByteBuffer.allocate(1), -1)).isEqualTo(-1);
      assertThat(child.waitFor()).isZero();
    }
  }

  @Test
  void nothingIsLeftOfAProcessThatIsKilled() throws Exception {
    try (SharedMemory there = SharedMemory.make(BYTES);
        SharedMemory back = SharedMemory.make(BYTES);
        Gate gate = new Gate()) {
      Process child = RingChild.start(there, back);
      RingWriter writer = RingWriter.over(there.segment(), gate, () -> {}, SpinBudget.cautious());
      RingReader reader = RingReader.over(back.segment(), gate, SpinBudget.cautious());
      writer.write(ByteBuffer.allocate(1000));
      writer.publish();
      assertThat(Rings.readFully(reader, 1000)).hasSize(1000);
      child.destroyForcibly().waitFor();
      gate.leaveAlone();
      assertThat(reader.read(ByteBuffer.allocate(1), -1)).isEqualTo(-1);
    }
    try (Stream<Path> files = Files.list(Path.of("/dev/shm"))) {
      assertThat(files.map(Path::toString)).noneMatch(name -> name.contains("myelin"));
    }
  }
}
