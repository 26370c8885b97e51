package dev.myelin.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class HandClockTest {
  @Test
  void standsStillUntilItIsTurned() {
    HandClock clock = HandClock.at(Instant.EPOCH);
    assertThat(clock.instant()).isEqualTo(Instant.EPOCH);
    clock.advance(Duration.ofMillis(1500));
    assertThat(clock.millis()).isEqualTo(1500);
    assertThat(clock.nanoTime()).isEqualTo(1_500_000_000L);
  }
}
