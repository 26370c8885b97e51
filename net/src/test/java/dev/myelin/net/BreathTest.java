package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BreathTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final Breath breath = new Breath();
  private final long now = System.nanoTime();

  @Test
  void doublesWhatWasFilledUpToTheMost() {
    assertThat(breath.next(256, 256, now)).isEqualTo(512);
    assertThat(breath.next(Breath.MOST_BYTES, Breath.MOST_BYTES, now)).isEqualTo(Breath.MOST_BYTES);
  }

  @Test
  void keepsWhatWasNeededWithinTheLastSecond() {
    assertThat(breath.next(4096, 512, now)).isEqualTo(4096);
    assertThat(breath.next(4096, 14, now + SECOND)).isEqualTo(4096);
  }

  @Test
  void fallsBackToTheLeastOnceNothingNeededItForLonger() {
    assertThat(breath.next(4096, 512, now)).isEqualTo(4096);
    assertThat(breath.next(4096, 14, now + SECOND + 1)).isEqualTo(Breath.LEAST_BYTES);
  }

  @Test
  void fitsToPowersOfTwo() {
    assertThat(Breath.fitting(0)).isEqualTo(256);
    assertThat(Breath.fitting(256)).isEqualTo(256);
    assertThat(Breath.fitting(257)).isEqualTo(512);
    assertThat(Breath.fitting(65_536)).isEqualTo(65_536);
  }
}
