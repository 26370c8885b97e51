package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class FlowWindowTest {
  private static final long MIB = 1 << 20;
  private static final long ROUND_TRIP = TimeUnit.MILLISECONDS.toNanos(100);

  /// A link on which a window leaves in each round trip, but no more than the link carries in it.
  private static long afterRoundTrips(FlowWindow window, int count, long carriedBytes) {
    long now = ROUND_TRIP;
    for (int i = 0; i < count; i++) {
      now += ROUND_TRIP;
      window.landed(Math.min(window.bytes(), carriedBytes), now, ROUND_TRIP);
    }
    return window.bytes();
  }

  @Test
  void aLinkThatCarriesMoreGetsAsMuchAsItCarriesInTwoRoundTrips() {
    assertThat(afterRoundTrips(new FlowWindow(1024 * MIB), 60, 30 * MIB))
        .isBetween(50 * MIB, 75 * MIB);
  }

  @Test
  void noLinkGetsMoreThanAllowed() {
    assertThat(afterRoundTrips(new FlowWindow(16 * MIB), 60, 500 * MIB)).isEqualTo(16 * MIB);
    assertThat(afterRoundTrips(new FlowWindow(1), 60, 500 * MIB)).isEqualTo(MIB);
  }

  @Test
  void aSlowLinkAndOneNobodyMeasuredGetTwoFrames() {
    assertThat(afterRoundTrips(new FlowWindow(64 * MIB), 60, 1000)).isEqualTo(2 * MIB);
    FlowWindow unmeasured = new FlowWindow(64 * MIB);
    unmeasured.landed(500 * MIB, TimeUnit.SECONDS.toNanos(1), 0);
    assertThat(unmeasured.bytes()).isEqualTo(2 * MIB);
  }

  @Test
  void aLinkThatBecameSlowerGetsLess() {
    FlowWindow window = new FlowWindow(64 * MIB);
    assertThat(afterRoundTrips(window, 60, 30 * MIB)).isGreaterThan(32 * MIB);
    assertThat(afterRoundTrips(window, 120, 2 * MIB)).isLessThan(8 * MIB);
  }

  /// The same link while others share it all the time, so that nothing but this bounds the rate.
  private static long calmAfterRoundTrips(FlowWindow window, int count, long carriedBytes) {
    long now = ROUND_TRIP;
    for (int i = 0; i < count; i++) {
      now += ROUND_TRIP + ROUND_TRIP / 4; // most are longer than the least
      window.landed(Math.min(window.calmBytes(ROUND_TRIP), carriedBytes), now, ROUND_TRIP);
    }
    return window.calmBytes(ROUND_TRIP);
  }

  @Test
  void whoSharesALinkFindsWhatItCarriesAllTheSame() {
    assertThat(calmAfterRoundTrips(new FlowWindow(64 * MIB), 200, 30 * MIB))
        .isBetween(30 * MIB, 40 * MIB);
    FlowWindow slow = new FlowWindow(64 * MIB);
    afterRoundTrips(slow, 60, 30 * MIB);
    assertThat(calmAfterRoundTrips(slow, 200, MIB)).isLessThan(2 * MIB);
  }

  @Test
  void whoSharesALinkHasNoMoreAheadThanItCarriesInARoundTripAndAMoment() {
    FlowWindow window = new FlowWindow(64 * MIB);
    afterRoundTrips(window, 60, 30 * MIB);
    assertThat(window.calmBytes(ROUND_TRIP)).isBetween(40 * MIB, window.bytes() * 3 / 4 + MIB);
    FlowWindow near = new FlowWindow(64 * MIB);
    near.landed(4 * MIB, TimeUnit.MILLISECONDS.toNanos(5), 0);
    near.landed(8 * MIB, TimeUnit.MILLISECONDS.toNanos(10), 0);
    assertThat(near.calmBytes(0)).isEqualTo(MIB / 4);
    assertThat(near.bytes()).isEqualTo(2 * MIB);
  }
}
