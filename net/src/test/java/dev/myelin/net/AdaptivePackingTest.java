package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.tensor.DType;
import dev.myelin.wire.pack.PackCodec;
import dev.myelin.wire.pack.Packaging;
import dev.myelin.wire.pack.Packer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AdaptivePackingTest {
  private static final int MIB = 1 << 20;
  private static final int SIZE = 16 * MIB;

  private final LinkGauge gauge = new LinkGauge();

  // One microsecond passes between two looks at it, so a chunk is packed at about a terabyte a
  // second: the ratio alone decides.
  private final AtomicLong clock = new AtomicLong();
  private final AtomicLong saved = new AtomicLong();

  @Test
  void beginsOnceTheLinkIsKnownToBeSlow() {
    MemorySegment half = tensor(SIZE, 0.5);
    AdaptivePacking packing = packing();
    try (Packer packer = Packer.open(Packaging.of(DType.F32, DType.F32))) {
      assertThat(run(packing, packer, half, 0)).isEqualTo(PackCodec.RAW);
      gauge.confirmed(8 * MIB, 800_000_000);
      afterTrials(packing, packer, half);
      assertThat(run(packing, packer, half, MIB)).isNotEqualTo(PackCodec.RAW);
      assertThat(gauge.codec()).isNotEqualTo(PackCodec.RAW);
      assertThat(saved.get()).isPositive();
    }
  }

  @Test
  void stopsWhenTheLinkTurnsOutToBeFast() {
    MemorySegment half = tensor(SIZE, 0.5);
    AdaptivePacking packing = packing();
    gauge.confirmed(8 * MIB, 800_000_000);
    try (Packer packer = Packer.open(Packaging.of(DType.F32, DType.F32))) {
      afterTrials(packing, packer, half);
      assertThat(run(packing, packer, half, 0)).isNotEqualTo(PackCodec.RAW);
      gauge.confirmed(1L << 50, 1);
      assertThat(run(packing, packer, half, MIB)).isEqualTo(PackCodec.RAW);
    }
  }

  @Test
  void leavesNoiseAlone() {
    MemorySegment noise = tensor(SIZE, 0);
    AdaptivePacking packing = packing();
    gauge.confirmed(8 * MIB, 800_000_000);
    try (Packer packer = Packer.open(Packaging.of(DType.F32, DType.F32))) {
      afterTrials(packing, packer, noise);
      assertThat(run(packing, packer, noise, 4 * MIB)).isEqualTo(PackCodec.RAW);
      for (int at = 5 * MIB; at < SIZE; at += MIB) {
        endTrials();
        assertThat(run(packing, packer, noise, at)).isEqualTo(PackCodec.RAW);
      }
    }
    assertThat(saved).hasValue(0);
  }

  @Test
  void stopsWhenTheReceiverIsTheSlowOne() {
    MemorySegment half = tensor(SIZE, 0.5);
    AdaptivePacking packing = packing();
    gauge.confirmed(8 * MIB, 800_000_000);
    PackCodec last = PackCodec.ZSTD;
    try (Packer packer = Packer.open(Packaging.of(DType.F32, DType.F32))) {
      afterTrials(packing, packer, half);
      for (int i = 0; i < 12 && last != PackCodec.RAW; i++) {
        clock.addAndGet(1_000_000_000); // a second for a packed chunk, of which a tenth is usual
        last = packing.next(packer, half, MIB, MIB);
        packer.pack(last, half, MIB, MIB);
        packing.packed(MIB, packer.length());
        clock.addAndGet(1_000_000_000);
        packing.written();
      }
    }
    assertThat(last).isEqualTo(PackCodec.RAW);
  }

  @Test
  void stopsWhenTheRestOfTheTensorIsNoise() {
    MemorySegment mixed = tensor(SIZE, 0);
    mixed.asSlice(0, 12 * MIB).fill((byte) 7);
    AdaptivePacking packing = packing();
    gauge.confirmed(8 * MIB, 800_000_000);
    PackCodec last = PackCodec.RAW;
    try (Packer packer = Packer.open(Packaging.of(DType.F32, DType.F32))) {
      afterTrials(packing, packer, mixed);
      assertThat(run(packing, packer, mixed, MIB)).isNotEqualTo(PackCodec.RAW);
      for (int chunk = 0; chunk < 20; chunk++) {
        endTrials();
        last = run(packing, packer, mixed, (12L + chunk % 4) * MIB);
      }
    }
    assertThat(last).isEqualTo(PackCodec.RAW);
  }

  @Test
  void triesNoMoreWhereTheReceiverHadThePackedTensorLater() {
    MemorySegment half = tensor(SIZE, 0.5);
    gauge.confirmed(8 * MIB, 800_000_000);
    try (Packer packer = Packer.open(Packaging.of(DType.F32, DType.F32))) {
      warmUp();
      AdaptivePacking first = packing();
      afterTrials(first, packer, half, 2);
      assertThat(run(first, packer, half, MIB)).isNotEqualTo(PackCodec.RAW);
      clock.addAndGet(60_000_000_000L); // seven chunks, of which the link takes ten a second
      first.confirmed();
      AdaptivePacking second = packing();
      for (int at = 0; at < SIZE; at += MIB) {
        assertThat(run(second, packer, half, at)).isEqualTo(PackCodec.RAW);
      }
    }
  }

  @Test
  void sendsSomeTensorsAsTheyAreAndLessAndLess() {
    MemorySegment half = tensor(SIZE, 0.5);
    gauge.confirmed(8 * MIB, 800_000_000);
    List<PackCodec> first = new ArrayList<>();
    try (Packer packer = Packer.open(Packaging.of(DType.F32, DType.F32))) {
      warmUp();
      afterTrials(packing(), packer, half, 2);
      for (int i = 0; i < 70; i++) {
        AdaptivePacking next = packing();
        first.add(run(next, packer, half, 0));
        for (int chunk = 1; chunk < 5; chunk++) {
          run(next, packer, half, 0);
        }
      }
    }
    assertThat(IntStream.range(0, 70).filter(i -> first.get(i) == PackCodec.RAW))
        .containsExactly(1, 4, 9, 18, 35, 52, 69);
  }

  private AdaptivePacking packing() {
    return new AdaptivePacking(
        gauge,
        (held, sent) -> saved.addAndGet(held - sent),
        DType.F32,
        () -> clock.addAndGet(1000));
  }

  private void warmUp() {
    boolean warm = false;
    while (!warm) {
      warm = gauge.warmed();
    }
  }

  /// Trials cost nothing by the clock of this test, so there would be more and more.
  private void endTrials() {
    while (gauge.affordsTrial()) {
      gauge.wasted(1_000_000_000);
    }
  }

  /// Sends the chunks that are packed for trial on a new connection.
  private void afterTrials(AdaptivePacking packing, Packer packer, MemorySegment tensor) {
    afterTrials(packing, packer, tensor, 3);
  }

  private void afterTrials(
      AdaptivePacking packing, Packer packer, MemorySegment tensor, int times) {
    for (PackCodec codec : List.of(PackCodec.LZ4, PackCodec.ZSTD)) {
      for (int i = 0; i < times; i++) {
        assertThat(run(packing, packer, tensor, 0)).isEqualTo(codec);
      }
    }
  }

  /// Sends one chunk of a mebibyte over a link of ten of them a second.
  private PackCodec run(AdaptivePacking packing, Packer packer, MemorySegment tensor, long at) {
    PackCodec codec = packing.next(packer, tensor, at, MIB);
    packer.pack(codec, tensor, at, MIB);
    packing.packed(MIB, packer.length());
    clock.addAndGet(packer.length() * 100L);
    packing.written();
    return codec;
  }

  private static MemorySegment tensor(int size, double constant) {
    byte[] bytes = new byte[size];
    new SplittableRandom(3).nextBytes(bytes);
    MemorySegment tensor = Arena.ofAuto().allocate(size);
    MemorySegment.copy(bytes, 0, tensor, ValueLayout.JAVA_BYTE, 0, size);
    for (long at = 0; at < size; at += 4096) {
      tensor.asSlice(at, (long) (4096 * constant)).fill((byte) 1);
    }
    return tensor;
  }
}
