package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.myelin.wire.pack.PackCodec;
import org.junit.jupiter.api.Test;

class LinkGaugeTest {
  private static final int MIB = 1 << 20;
  private static final long MILLI = 1_000_000;

  private final LinkGauge gauge = new LinkGauge();
  private long now = -5;

  @Test
  void knowsNothingAtFirst() {
    assertThat(gauge.bytesPerSecond()).isZero();
  }

  @Test
  void leavesOutWhatTheKernelSwallows() {
    write(4, 0);
    assertThat(gauge.bytesPerSecond()).isZero();
    write(4, 10);
    assertThat(gauge.bytesPerSecond()).isEqualTo(100.0 * MIB, within(1.0));
  }

  @Test
  void leavesItOutAgainAfterAPause() {
    write(8, 10);
    now += 300 * MILLI;
    write(4, 0);
    assertThat(gauge.bytesPerSecond()).isEqualTo(100.0 * MIB, within(1.0));
  }

  @Test
  void followsALinkThatChanges() {
    write(100, 10);
    write(200, 1);
    assertThat(gauge.bytesPerSecond()).isGreaterThan(800.0 * MIB);
  }

  @Test
  void countsWritesAtTheSameTimeOnce() {
    write(4, 10);
    for (int i = 0; i < 8; i++) {
      long from = now;
      gauge.wrote(PackCodec.RAW, MIB, from, from + 20 * MILLI);
      gauge.wrote(PackCodec.RAW, MIB, from + 1, from + 20 * MILLI);
      now += 20 * MILLI;
    }
    assertThat(gauge.bytesPerSecond()).isEqualTo(100.0 * MIB, within(1.0 * MIB));
  }

  @Test
  void takesTheReceiversWord() {
    gauge.confirmed(4 * MIB, 400 * MILLI);
    assertThat(gauge.bytesPerSecond()).isEqualTo(10.0 * MIB, within(1.0));
  }

  @Test
  void compressedBytesSayNothingOfTheLink() {
    write(8, 10);
    for (int i = 0; i < 300; i++) {
      gauge.wrote(PackCodec.ZSTD, MIB, now, now + MILLI);
      now += MILLI;
    }
    assertThat(gauge.bytesPerSecond()).isEqualTo(100.0 * MIB, within(1.0));
  }

  @Test
  void whatCameToNothingTakesAFiftiethOfTheTime() {
    assertThat(gauge.affordsTrial()).isFalse();
    write(10, 10);
    assertThat(gauge.affordsTrial()).isTrue();
    gauge.wasted(4 * MILLI);
    write(5, 10);
    assertThat(gauge.affordsTrial()).isFalse();
    write(5, 10);
    assertThat(gauge.affordsTrial()).isTrue();
  }

  @Test
  void whatTheFirstTrialsLoseCountsLittle() {
    write(101, 10);
    gauge.wasted(10_000 * MILLI);
    assertThat(gauge.affordsTrial()).isTrue();
    for (int i = 0; i < 3; i++) {
      gauge.warmed();
    }
    gauge.wasted(10_000 * MILLI);
    assertThat(gauge.affordsTrial()).isFalse();
  }

  @Test
  void anOldConnectionMayNotLoseMuchAtOnce() {
    write(2000, 10); // a fiftieth of that are 400 ms
    gauge.warmed();
    gauge.warmed();
    gauge.warmed();
    assertThat(gauge.affordsTrial()).isTrue();
    gauge.wasted(60 * MILLI);
    assertThat(gauge.affordsTrial()).isFalse();
  }

  @Test
  void whereAPackedTensorTookLongerTheNextOnesGoAsTheyAre() {
    gauge.packed(10 * MIB, 500 * MILLI);
    assertThat(plainOnes()).isZero();
    gauge.confirmed(10 * MIB, 100 * MILLI);
    gauge.packed(10 * MIB, 90 * MILLI);
    assertThat(plainOnes()).isZero();
    for (int expected : new int[] {2, 4, 8, 16, 32, 64, 64}) {
      gauge.packed(10 * MIB, 110 * MILLI);
      assertThat(plainOnes()).isEqualTo(expected);
    }
    gauge.packed(10 * MIB, 90 * MILLI);
    gauge.packed(10 * MIB, 110 * MILLI);
    assertThat(plainOnes()).isEqualTo(32);
  }

  private int plainOnes() {
    int plain = 0;
    while (gauge.isTurnOfPlain()) {
      plain++;
    }
    return plain;
  }

  private void write(int mebibytes, long millisEach) {
    for (int i = 0; i < mebibytes; i++) {
      gauge.wrote(PackCodec.RAW, MIB, now, now + millisEach * MILLI);
      now += millisEach * MILLI;
    }
  }
}
