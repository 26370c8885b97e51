package dev.myelin.net.shared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.wire.PeerException;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class RingTest {
  private static final int CAPACITY = 8192;
  private static final long LONG_ENOUGH_TO_SLEEP = TimeUnit.MILLISECONDS.toNanos(20);

  private static FutureTask<Integer> aside(boolean virtual, Callable<Integer> work) {
    FutureTask<Integer> task = new FutureTask<>(work);
    (virtual ? Thread.ofVirtual() : Thread.ofPlatform()).start(task);
    return task;
  }

  @Test
  void nothingIsSeenBeforeItIsPublished() throws IOException {
    try (Rings rings = new Rings(CAPACITY)) {
      rings.writer.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
      assertThat(rings.reader.read(ByteBuffer.allocate(10), 1)).isZero();
      rings.writer.publish();
      assertThat(Rings.readFully(rings.reader, 3)).containsExactly(1, 2, 3);
    }
  }

  @Test
  void theLimitOfAReadIsKept() throws IOException {
    try (Rings rings = new Rings(CAPACITY)) {
      long start = System.nanoTime();
      assertThat(rings.reader.read(ByteBuffer.allocate(10), LONG_ENOUGH_TO_SLEEP)).isZero();
      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(LONG_ENOUGH_TO_SLEEP);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aReaderThatSleepsIsWoken(boolean virtual) throws Exception {
    Gate[] gate = new Gate[1];
    try (Rings rings = new Rings(CAPACITY, () -> gate[0].knocked())) {
      gate[0] = rings.readerGate;
      FutureTask<Integer> read =
          aside(virtual, () -> rings.reader.read(ByteBuffer.allocate(10), -1));
      int how = virtual ? Doorbell.LISTENING : Doorbell.ASLEEP;
      until(rings, RingLayout.READER_BELL, how);
      rings.writer.write(ByteBuffer.wrap(new byte[5]));
      rings.writer.publish();
      assertThat(read.get()).isEqualTo(5);
    }
  }

  private static void until(Rings rings, long bell, int how) {
    while ((int) RingLayout.INT.getVolatile(rings.memory, bell) != how) {
      Thread.onSpinWait();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void closingEndsAWaitForBytes(boolean virtual) throws Exception {
    try (Rings rings = new Rings(CAPACITY)) {
      FutureTask<Integer> read =
          aside(virtual, () -> rings.reader.read(ByteBuffer.allocate(10), -1));
      until(rings, RingLayout.READER_BELL, virtual ? Doorbell.LISTENING : Doorbell.ASLEEP);
      rings.readerGate.close();
      assertThatThrownBy(read::get).cause().isInstanceOf(AsynchronousCloseException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void closingEndsAWaitForRoom(boolean virtual) throws Exception {
    try (Rings rings = new Rings(CAPACITY)) {
      FutureTask<Integer> written =
          aside(
              virtual,
              () -> {
                rings.writer.write(ByteBuffer.allocate(2 * CAPACITY));
                return 0;
              });
      // Taking one byte does not wake it, but shows that it wrote.
      assertThat(rings.reader.read(ByteBuffer.allocate(1), -1)).isEqualTo(1);
      rings.writerGate.close();
      assertThatThrownBy(written::get).cause().isInstanceOf(IOException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anInterruptEndsAWait(boolean virtual) throws Exception {
    try (Rings rings = new Rings(CAPACITY)) {
      FutureTask<Integer> read =
          new FutureTask<>(() -> rings.reader.read(ByteBuffer.allocate(10), -1));
      Thread thread = (virtual ? Thread.ofVirtual() : Thread.ofPlatform()).start(read);
      until(rings, RingLayout.READER_BELL, virtual ? Doorbell.LISTENING : Doorbell.ASLEEP);
      thread.interrupt();
      assertThatThrownBy(read::get).cause().isInstanceOf(ClosedByInterruptException.class);
      assertThat(rings.readerGate.isOpen()).isFalse();
    }
  }

  @Test
  void theEndIsReadBehindTheLastByte() throws IOException {
    try (Rings rings = new Rings(CAPACITY)) {
      rings.writer.write(ByteBuffer.wrap(new byte[] {9}));
      rings.writer.end();
      assertThat(Rings.readFully(rings.reader, 1)).containsExactly(9);
      assertThat(rings.reader.read(ByteBuffer.allocate(1), -1)).isEqualTo(-1);
    }
  }

  @Test
  void whatAProcessWroteBeforeItWasGoneIsRead() throws IOException {
    try (Rings rings = new Rings(CAPACITY)) {
      rings.writer.write(ByteBuffer.wrap(new byte[] {9}));
      rings.writer.publish();
      rings.readerGate.leaveAlone();
      assertThat(Rings.readFully(rings.reader, 1)).containsExactly(9);
      assertThat(rings.reader.read(ByteBuffer.allocate(1), -1)).isEqualTo(-1);
    }
  }

  @Test
  void aWriterLearnsThatTheReaderLeft() throws Exception {
    try (Rings rings = new Rings(CAPACITY)) {
      FutureTask<Integer> written =
          aside(
              false,
              () -> {
                rings.writer.write(ByteBuffer.allocate(2 * CAPACITY));
                return 0;
              });
      until(rings, RingLayout.WRITER_BELL, Doorbell.ASLEEP);
      rings.reader.leave();
      assertThatThrownBy(written::get)
          .isInstanceOf(ExecutionException.class)
          .cause()
          .hasMessageContaining("no longer reads");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {CAPACITY + 1, Long.MAX_VALUE, -1, Long.MIN_VALUE})
  void aLieOfTheWriterEndsTheConnection(long head) throws IOException {
    try (Rings rings = new Rings(CAPACITY)) {
      rings.memory.set(ValueLayout.JAVA_LONG, RingLayout.HEAD, head);
      assertThatThrownBy(() -> rings.reader.read(ByteBuffer.allocate(10), -1))
          .isInstanceOf(PeerException.Malformed.class)
          .hasMessageContaining("head: " + head);
    }
  }

  @Test
  void aWriterThatGoesBackIsALiar() throws IOException {
    try (Rings rings = new Rings(CAPACITY)) {
      rings.memory.set(ValueLayout.JAVA_LONG, RingLayout.HEAD, 10);
      assertThat(Rings.readFully(rings.reader, 10)).hasSize(10);
      rings.memory.set(ValueLayout.JAVA_LONG, RingLayout.HEAD, 9);
      assertThatThrownBy(() -> rings.reader.read(ByteBuffer.allocate(10), -1))
          .isInstanceOf(PeerException.Malformed.class);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {CAPACITY + 1, Long.MAX_VALUE, -1, Long.MIN_VALUE})
  void aLieOfTheReaderEndsTheConnection(long tail) throws IOException {
    try (Rings rings = new Rings(CAPACITY)) {
      rings.memory.set(ValueLayout.JAVA_LONG, RingLayout.TAIL, tail);
      assertThatThrownBy(() -> rings.writer.write(ByteBuffer.allocate(CAPACITY + 1)))
          .isInstanceOf(PeerException.Malformed.class)
          .hasMessageContaining("tail: " + tail);
    }
  }

  @Test
  void aSpinThatDoesNotPayIsGivenUpAndTakenUpAgain() {
    SpinBudget spin = new SpinBudget(2, false);
    spin.failed(1);
    assertThat(spin.nanos()).isPositive();
    spin.failed(1);
    pauses(spin, 16);
    spin.failed(1);
    pauses(spin, 32);
    for (int i = 0; i < 4; i++) {
      assertThat(spin.nanos()).isPositive();
      spin.paid();
    }
  }

  private static void pauses(SpinBudget spin, int waits) {
    for (int i = 0; i < waits; i++) {
      assertThat(spin.nanos()).isZero();
    }
    assertThat(spin.nanos()).isPositive();
  }

  @Test
  void theEagerBearMoreWhileAnswersComeFastAndTryAgainSoon() {
    SpinBudget spin = new SpinBudget(2, true);
    for (int i = 0; i < 4; i++) {
      assertThat(spin.nanos()).isPositive();
      spin.failed(30_000);
    }
    for (int i = 0; i < 5; i++) {
      pauses(spin, 16);
      spin.failed(30_000);
    }
    pauses(spin, 16);
    spin.paid();
    spin.failed(1_000_000);
    pauses(spin, 16);
  }

  @Test
  void nobodySpinsOnOneProcessor() {
    assertThat(new SpinBudget(1, true).nanos()).isZero();
  }
}
