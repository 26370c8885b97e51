package dev.myelin.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class TensorPoolTest {
  private static final long MIB = 1 << 20;

  @Test
  void usesTheSameMemoryAgain() {
    for (long bytes : new long[] {1, 4096, 64 << 10, MIB, 5 * MIB}) {
      try (TensorPool pool = TensorPool.open("p", 64 * MIB)) {
        long address = roundTrip(pool, bytes);
        long reserved = pool.reserved();
        for (int i = 0; i < 100; i++) {
          assertThat(roundTrip(pool, bytes)).isEqualTo(address);
        }
        assertThat(pool.reserved()).isEqualTo(reserved);
      }
    }
  }

  @Test
  void neverUsesAbandonedMemoryAgain() {
    for (long bytes : new long[] {1, 4096, 64 << 10, MIB, 5 * MIB}) {
      Lent source = new Lent();
      try (TensorPool pool = TensorPool.open("p", 64 * MIB, source)) {
        Tensor tensor = bytes(pool, bytes);
        tensor.abandon();
        tensor.abandon();
        tensor.close();
        assertThat(pool.outstanding()).isZero();
        assertThat(pool.reserved()).isZero();
        assertThat(source.taken).hasSize(1);
        bytes(pool, bytes).close();
        assertThat(source.taken).hasSize(2);
        assertThat(source.back).isEqualTo(source.taken.subList(0, 1));
      }
      assertThat(source.back).isEqualTo(source.taken);
    }
  }

  @Test
  void keepsAPieceOfAbandonedMemoryWhileAnotherTensorLiesInIt() {
    Lent source = new Lent();
    try (TensorPool pool = TensorPool.open("p", 64 * MIB, source)) {
      Tensor first = bytes(pool, 100);
      Tensor second = bytes(pool, 100);
      Tensor third = bytes(pool, 100);
      second.set(50, 7L);
      bytes(pool, 100).close(); // leaves a free piece behind the third
      first.abandon();
      Tensor elsewhere = bytes(pool, 100);
      assertThat(source.taken).hasSize(2);
      assertThat(second.longAt(50)).isEqualTo(7);
      second.close();
      assertThat(source.back).isEmpty();
      third.abandon();
      assertThat(source.back).isEqualTo(source.taken.subList(0, 1));
      assertThat(pool.outstanding()).isEqualTo(100);
      elsewhere.close();
    }
    assertThat(source.back).isEqualTo(source.taken);
  }

  @Test
  void triesAgainToGiveUpAbandonedMemoryThatIsInUse() {
    Lent source = new Lent();
    try (TensorPool pool = TensorPool.open("p", 8 * MIB, source)) {
      source.busy = true;
      bytes(pool, 5 * MIB).abandon();
      assertThat(pool.outstanding()).isZero();
      assertThat(pool.reserved()).isGreaterThanOrEqualTo(5 * MIB);
      source.busy = false;
      bytes(pool, 6 * MIB).close(); // wants the room
      assertThat(source.back).isEqualTo(source.taken.subList(0, 1));
    }
    assertThat(source.back).isEqualTo(source.taken);
  }

  /// Memory that tells when it is given back.
  private static final class Lent implements MemorySource {
    private final List<Memory> taken = new ArrayList<>();
    private final List<Memory> back = new ArrayList<>();
    private boolean busy;

    @Override
    public Memory take(long bytes) {
      MemorySegment segment = Arena.ofAuto().allocate(bytes, 64);
      Memory memory =
          new Memory() {
            @Override
            public MemorySegment segment() {
              return segment;
            }

            @Override
            public void close() {
              if (busy) {
                throw new IllegalStateException("in use");
              }
              back.add(this);
            }
          };
      taken.add(memory);
      return memory;
    }
  }

  @Test
  void forgetsABusyTimeThatIsOver() {
    try (TensorPool pool = TensorPool.open("p", 1024 * MIB)) {
      List<Tensor> busy = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        busy.add(bytes(pool, 10 * MIB + i * MIB));
      }
      busy.forEach(Tensor::close);
      assertThat(pool.reserved()).isGreaterThan(500 * MIB);
      for (int i = 0; i < 600; i++) {
        bytes(pool, 5 * MIB).close();
      }
      assertThat(pool.reserved()).isBetween(5 * MIB, 48 * MIB);
    }
  }

  @Test
  void alignsEveryTensor() {
    try (TensorPool pool = TensorPool.open("p", 64 * MIB);
        Tensor first = bytes(pool, 3);
        Tensor second = bytes(pool, 100);
        Tensor third = bytes(pool, 3 * MIB + 1)) {
      for (Tensor each : List.of(first, second, third)) {
        assertThat(each.segment().address() % 64).isZero();
      }
    }
  }

  @Test
  void servesARequestOfExactlyTheLimit() {
    for (long limit : new long[] {1, 63, 1000, 1_000_000, 33 * MIB + 5}) {
      try (TensorPool pool = TensorPool.open("p", limit)) {
        bytes(pool, limit).close();
        bytes(pool, 1).close();
        bytes(pool, limit).close();
        assertThat(pool.reserved()).isLessThanOrEqualTo(limit);
      }
    }
  }

  @Test
  void givesMemoryBackToMakeRoom() {
    try (TensorPool pool = TensorPool.open("p", 32 * MIB)) {
      bytes(pool, 20 * MIB).close();
      assertThat(pool.reserved()).isEqualTo(20 * MIB);
      try (Tensor other = bytes(pool, 28 * MIB)) {
        assertThat(other.byteSize()).isEqualTo(28 * MIB);
        assertThat(pool.reserved()).isEqualTo(28 * MIB);
      }
    }
  }

  @Test
  void wastesAtMostAnEighth() {
    for (long bytes = 9; bytes < 1L << 50; bytes = bytes * 9 / 8 + 1) {
      long rounded = BlockStore.classBytes(bytes);
      assertThat(rounded).isBetween(bytes, bytes + bytes / 8);
    }
  }

  @Test
  void saysHowMuchIsLeftWhenExhausted() {
    try (TensorPool pool = TensorPool.open("inbox", 1000);
        Tensor held = bytes(pool, 600)) {
      assertThat(pool.available()).isEqualTo(1000 - held.byteSize());
      assertThatThrownBy(() -> pool.allocate(DType.U8, Shape.of(500)))
          .isInstanceOf(PoolExhaustedException.class)
          .hasMessage("pool inbox: 500 bytes for U8[500] (expected: <= 400 of 1000)");
    }
  }

  @Test
  void countsChildrenAgainstParents() {
    try (TensorPool root = TensorPool.open("root", 1000);
        TensorPool left = root.child("left", 800);
        TensorPool right = root.child("right", 800);
        Tensor held = bytes(left, 700)) {
      assertThat(root.outstanding()).isEqualTo(held.byteSize());
      assertThat(right.outstanding()).isZero();
      assertThat(right.available()).isEqualTo(300);
      assertThatThrownBy(() -> bytes(right, 400)).hasMessageContaining("pool root");
      assertThatThrownBy(() -> bytes(left, 200)).hasMessageContaining("pool left");
    }
  }

  @Test
  void namesWhatIsOutWhenClosed() {
    TensorPool root = TensorPool.open("root", 1000);
    TensorPool child = root.child("child", 1000);
    Tensor left = child.allocate(DType.F32, Shape.of(2, 3));
    assertThatThrownBy(root::close)
        .isInstanceOf(LeakException.class)
        .hasMessage("pool root: 1 tensors still out (expected: none): F32[2, 3] of child");
    left.set(5, 1.0);
    left.close();
    assertThat(root.reserved()).isZero();
    root.close();
    assertThatThrownBy(() -> bytes(child, 1)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void tellsWhereALeakWasMadeWhenTracing() {
    System.setProperty(TensorPool.TRACE, "true");
    TensorPool pool = TensorPool.open("p", 1000);
    System.clearProperty(TensorPool.TRACE);
    Tensor left = bytes(pool, 1);
    LeakException leak = catchThrowableOfType(LeakException.class, pool::close);
    assertThat(leak.getSuppressed()).hasSize(1);
    assertThat(leak.getSuppressed()[0].getStackTrace())
        .anyMatch(frame -> frame.getMethodName().equals("tellsWhereALeakWasMadeWhenTracing"));
    left.close();
  }

  @Test
  void holdsTensorsWithoutElements() {
    try (TensorPool pool = TensorPool.open("p", 0);
        Tensor empty = pool.allocate(DType.F32, Shape.of(0, 4))) {
      assertThat(empty.segment().byteSize()).isZero();
    }
  }

  @Test
  void waitsUntilMemoryComesBack() throws Exception {
    try (TensorPool pool = TensorPool.open("p", 1000)) {
      Tensor held = bytes(pool, 900);
      FutureTask<Tensor> waiting =
          new FutureTask<>(() -> pool.allocate(DType.U8, Shape.of(900), Duration.ofSeconds(10)));
      Thread thread = Thread.ofVirtual().start(waiting);
      assertThatThrownBy(() -> waiting.get(20, TimeUnit.MILLISECONDS))
          .isInstanceOf(java.util.concurrent.TimeoutException.class);
      held.close();
      waiting.get().close();
      thread.join();
    }
  }

  @Test
  void endsAWaitThatIsHopelessOrTooLong() {
    try (TensorPool pool = TensorPool.open("p", 1000);
        Tensor held = bytes(pool, 900)) {
      assertThat(held.byteSize()).isEqualTo(900);
      assertThatThrownBy(() -> pool.allocate(DType.U8, Shape.of(2000), Duration.ofDays(100_000)))
          .isInstanceOf(PoolExhaustedException.class);
      assertThatThrownBy(() -> pool.allocate(DType.U8, Shape.of(900), Duration.ofMillis(5)))
          .isInstanceOf(PoolExhaustedException.class);
    }
  }

  @Test
  void endsAWaitWhenThePoolIsClosed() throws Exception {
    TensorPool pool = TensorPool.open("p", 1000);
    Tensor held = bytes(pool, 900);
    FutureTask<Tensor> waiting =
        new FutureTask<>(() -> pool.allocate(DType.U8, Shape.of(900), Duration.ofSeconds(10)));
    Thread thread = Thread.ofPlatform().start(waiting);
    assertThatThrownBy(() -> waiting.get(20, TimeUnit.MILLISECONDS))
        .isInstanceOf(java.util.concurrent.TimeoutException.class);
    assertThatThrownBy(pool::close).isInstanceOf(LeakException.class);
    assertThatThrownBy(waiting::get).hasRootCauseInstanceOf(IllegalStateException.class);
    held.close();
    thread.join();
  }

  @Test
  void keepsTensorsApartOnManyThreads() throws Exception {
    try (TensorPool pool = TensorPool.open("p", 64 * MIB)) {
      List<FutureTask<Boolean>> tasks = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        byte mark = (byte) i;
        FutureTask<Boolean> task = new FutureTask<>(() -> isUndisturbed(pool, mark));
        tasks.add(task);
        Thread.ofPlatform().start(task);
      }
      for (FutureTask<Boolean> task : tasks) {
        assertThat(task.get()).isTrue();
      }
      assertThat(pool.outstanding()).isZero();
    }
  }

  private static boolean isUndisturbed(TensorPool pool, byte mark) {
    for (int i = 1; i < 500; i++) {
      try (Tensor tensor = bytes(pool, 37L * i)) {
        tensor.segment().fill(mark);
        if (tensor.longAt(0) != mark || tensor.longAt(tensor.byteSize() - 1) != mark) {
          return false;
        }
      }
    }
    return true;
  }

  private static long roundTrip(TensorPool pool, long bytes) {
    try (Tensor tensor = bytes(pool, bytes)) {
      return tensor.segment().address();
    }
  }

  private static Tensor bytes(TensorPool pool, long bytes) {
    return pool.allocate(DType.U8, Shape.of(bytes));
  }

  @Test
  void aRetiredChildGivesNothingMoreAndItsTensorsAreStillNamed() {
    TensorPool pool = TensorPool.open("root", 1000);
    TensorPool child = pool.child("from 192.0.2.7", 1000);
    Tensor held = child.allocate(DType.U8, Shape.of(10));
    child.retire();
    assertThatThrownBy(() -> child.allocate(DType.U8, Shape.of(1)))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(pool::close)
        .isInstanceOf(LeakException.class)
        .hasMessageContaining("from 192.0.2.7");
    held.close();
    assertThat(pool.outstanding()).isZero();
  }

  @Test
  void tellsWheneverMemoryReturns() {
    List<Long> seen = new ArrayList<>();
    try (TensorPool pool = TensorPool.open("root", 1000)) {
      TensorPool child = pool.child("child", 1000);
      pool.whenMemoryReturns(() -> seen.add(pool.available()));
      child.allocate(DType.U8, Shape.of(10)).close();
      pool.allocate(DType.U8, Shape.of(20)).close();
    }
    assertThat(seen).containsExactly(1000L, 1000L);
  }
}
