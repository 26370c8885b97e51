package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class LookoutTest {
  private long now;
  private int looks;
  private long lookNanos = 1000;
  private int comesAfter = Integer.MAX_VALUE;
  private final Lookout lookout = new Lookout(() -> now);

  private int looked() throws IOException {
    return read(0);
  }

  /// Reads once; the read itself waits so long.
  private int read(long waitNanos) throws IOException {
    looks = 0;
    lookout.read(
        () -> {
          looks++;
          now += lookNanos;
          return looks >= comesAfter ? 1 : 0;
        },
        () -> {
          now += waitNanos;
          return 1;
        });
    return looks;
  }

  @Test
  void doesNotLookBeforeTheFirstBytes() throws IOException {
    assertThat(looked()).isZero();
  }

  @Test
  void looksWhileWaitsAreShortAndUntilBytesAreThere() throws IOException {
    read(Lookout.SHORT_NANOS);
    comesAfter = 7;

    assertThat(looked()).isEqualTo(7);
    assertThat(looked()).isEqualTo(7);
  }

  @Test
  void looksForABoundedTime() throws IOException {
    read(0);

    assertThat(looked()).isEqualTo((int) (Lookout.LOOK_NANOS / 1000) + 1);
  }

  @Test
  void stopsAfterALongWait() throws IOException {
    read(0);
    read(Lookout.SHORT_NANOS + 1);

    assertThat(looked()).isZero();
  }

  @Test
  void givesWayForAWhileWhereOthersTakeTheProcessor() throws IOException {
    read(0);
    lookNanos = Lookout.CROWDED_NANOS + 1;
    assertThat(looked()).isEqualTo(1);

    lookNanos = 1000;
    assertThat(looked()).isZero();
    now += Lookout.QUIET_NANOS;
    read(0);
    assertThat(looked()).isGreaterThan(1);
  }
}
