package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.Limits;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.TensorHeader;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class InboxIntakeTest {
  private static final int LIMIT = 1 << 20;
  private static final PeerId PEER = new PeerId("peer");

  private final TensorPool pool = TensorPool.open("inbox", LIMIT);
  private final Inbox inbox = new Inbox(pool, pool, Limits.defaults());
  private final InboxIntake intake = new InboxIntake(inbox);

  @AfterEach
  void leavesNothing() {
    intake.close();
    inbox.close();
    pool.close();
  }

  @Test
  void keepsNoMoreForSmallChunksThanForLargeOnes() throws Exception {
    Set<Long> sizes = new HashSet<>();
    for (int i = 0; i < 100_000; i++) {
      Tensor chunk = intake.landChunk(1, i, i % 2);
      if (i % 2 == 1) {
        chunk.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) i);
      }
      intake.chunk(PEER, new Message.TensorData(1, i, chunk));
      sizes.add(pool.outstanding());
    }
    assertThat(sizes).hasSizeLessThanOrEqualTo(3);
    assertThat(intake.end(PEER, new Message.End(1))).isEqualTo(50_000);
    try (Delivery delivery = taken()) {
      for (int i = 0; i < 50_000; i++) {
        assertThat(delivery.tensor().longAt(i)).isEqualTo((2 * i + 1) & 0xFF);
      }
    }
    assertThat(pool.outstanding()).isZero();
    assertThat(inbox.someoneHoldsTensors()).isFalse();
  }

  private Delivery taken() throws InterruptedException {
    @Nullable Delivery next = inbox.poll(Duration.ofSeconds(5));
    if (next == null) {
      throw new AssertionError("nothing came");
    }
    return next;
  }

  @Test
  void declinesWhatOnlyAStreamOfTheSameConnectionCouldMakeRoomFor() throws Exception {
    try (Tensor kept = pool.allocate(DType.U8, Shape.of(10));
        Tensor half = Objects.requireNonNull(intake.land(1, header("half", LIMIT / 4 * 3)))) {
      assertThat(kept.byteSize() + half.byteSize()).isLessThan(LIMIT);
      assertThatThrownBy(() -> intake.land(3, header("more", LIMIT / 2)))
          .isInstanceOf(PeerException.Overloaded.class)
          .hasMessageContaining("more");
      intake.abandoned(1, header("half", LIMIT / 4 * 3), "the test ends");
    }
  }

  private static TensorHeader header(String name, long bytes) {
    return new TensorHeader(name, DType.U8, Shape.of(bytes), TensorHeader.Digest.NONE);
  }

  @Test
  void aLargeStreamMakesWayOnceASmallOneCame() throws Exception {
    TensorHeader large = header("large", LIMIT / 2);
    TensorHeader small = header("small", 10);
    Lodging lodging = intake.lodge(new Alone());
    try (Tensor first = Objects.requireNonNull(intake.land(1, large))) {
      long before = intake.window(1, large);
      try (Tensor second = Objects.requireNonNull(intake.land(3, small))) {
        assertThat(second.byteSize()).isEqualTo(10);
        lodging.ended(small);
      }
      assertThat(intake.window(1, large)).isLessThan(before).isPositive();
      assertThat(first.byteSize()).isEqualTo(large.byteSize());
      lodging.ended(large);
    }
  }

  private static final class Alone implements Lodging.Host {
    @Override
    public String name() {
      return "alone";
    }

    @Override
    public long leastRoundTripNanos() {
      return 0;
    }

    @Override
    public void handle(Message message) {
      throw new AssertionError(message);
    }

    @Override
    public void decline(int stream, String text) {
      throw new AssertionError(text);
    }

    @Override
    public void owing() {}

    @Override
    public void settled() {}
  }

  @Test
  void losesNoTensorThatArrivesWhileItsReaderIsInterrupted() throws Exception {
    Tensor tensor = pool.allocate(DType.U8, Shape.of(10));
    Thread.currentThread().interrupt();
    try {
      inbox.put(new Delivery(PEER, "late", tensor, true, "", tensor.dtype()));
    } catch (InterruptedException e) {
      assertThat(pool.outstanding()).isZero();
    } finally {
      Thread.interrupted();
    }
    inbox.close();
    assertThat(pool.outstanding()).isZero();
  }
}
