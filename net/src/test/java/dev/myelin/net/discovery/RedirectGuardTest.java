package dev.myelin.net.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.testkit.HandClock;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RedirectGuardTest {
  private final HandClock clock = HandClock.still();
  private final Set<String> connected = new HashSet<>();
  private final RedirectGuard guard =
      RedirectGuard.of(clock, Duration.ofSeconds(60), connected::contains);

  private boolean admits(String host, long timestamp) {
    return guard.admits(new Sighting("a", host, 9000, "broadcast", timestamp));
  }

  @Test
  void admitsANodeItDoesNotKnow() {
    assertThat(admits("192.0.2.1", 100)).isTrue();
    assertThat(admits("192.0.2.1", 100)).isTrue();
  }

  @Test
  void changesTheAddressOnlyForANewerTime() {
    assertThat(admits("192.0.2.1", 100)).isTrue();
    assertThat(admits("192.0.2.66", 100)).isFalse();
    assertThat(admits("192.0.2.66", 99)).isFalse();
    assertThat(admits("192.0.2.2", 101)).isTrue();
    assertThat(admits("192.0.2.1", 101)).isFalse();
  }

  @Test
  void neverLeadsAwayFromALiveConnection() {
    assertThat(admits("192.0.2.1", 100)).isTrue();
    connected.add("a");
    assertThat(admits("192.0.2.66", 105)).isFalse();
    clock.advance(Duration.ofHours(1));
    assertThat(admits("192.0.2.66", 3_700)).isFalse();
    connected.clear();
    assertThat(admits("192.0.2.66", 3_701)).isTrue();
  }

  @Test
  void letsAClaimWithoutATimeChangeNothingThatIsKnown() {
    assertThat(admits("192.0.2.1", 100)).isTrue();
    assertThat(admits("192.0.2.66", 0)).isFalse();
    assertThat(admits("192.0.2.1", 0)).isTrue();
    assertThat(admits("192.0.2.66", 100)).isFalse();
  }

  @Test
  void forgetsWhatIsNotConfirmed() {
    assertThat(admits("192.0.2.1", 100)).isTrue();
    clock.advance(Duration.ofSeconds(61));
    assertThat(admits("192.0.2.2", 0)).isTrue();
  }

  @Test
  void countsAnotherPortAsAnotherAddress() {
    assertThat(admits("192.0.2.1", 100)).isTrue();
    assertThat(guard.admits(new Sighting("a", "192.0.2.1", 9001, "broadcast", 100))).isFalse();
  }

  @Test
  void admitsEverySightingWithoutAnId() {
    assertThat(guard.admits(new Sighting("", "192.0.2.1", 9000, "static", 0))).isTrue();
    assertThat(guard.admits(new Sighting("", "192.0.2.2", 9000, "static", 0))).isTrue();
  }
}
