package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.wire.Limits;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StrangersTest {
  private static final InetAddress HERE = InetAddress.ofLiteral("192.0.2.1");
  private static final InetAddress THERE = InetAddress.ofLiteral("192.0.2.2");
  private static final Duration LONG = Duration.ofHours(1);

  private final Counters counters = new Counters();
  private final List<String> evicted = new ArrayList<>();

  private Strangers strangers(
      int connections, int unproven, int perAddress, int failures, Duration pause) {
    return new Strangers(
        new Limits.Strangers(connections, unproven, perAddress, failures, pause), counters);
  }

  private Strangers.Guest admit(Strangers strangers, InetAddress address, String name) {
    return strangers.admit(address, () -> evicted.add(name));
  }

  @Test
  void letsTheOldestUnprovenMakeRoom() {
    Strangers strangers = strangers(100, 2, 2, 5, LONG);
    admit(strangers, HERE, "first");
    admit(strangers, THERE, "second");
    admit(strangers, THERE, "third");
    assertThat(evicted).containsExactly("first");
    assertThat(counters.snapshot()).containsEntry("evicted-unproven", 1L);
  }

  @Test
  void letsAnAddressPushOnlyItselfOut() {
    Strangers strangers = strangers(100, 50, 2, 5, LONG);
    admit(strangers, HERE, "honest");
    for (int i = 0; i < 10; i++) {
      admit(strangers, THERE, "flood " + i);
    }
    assertThat(evicted).hasSize(8).doesNotContain("honest");
  }

  @Test
  void neverEvictsWhoHasProvenItself() {
    Strangers strangers = strangers(100, 1, 1, 5, LONG);
    strangers.proven(admit(strangers, HERE, "proven"));
    admit(strangers, HERE, "second");
    admit(strangers, HERE, "third");
    assertThat(evicted).containsExactly("second");
  }

  @Test
  void refusesAnyoneWhenAllPlacesAreTakenByProvenPeers() {
    Strangers strangers = strangers(2, 2, 2, 5, LONG);
    Strangers.Guest first = admit(strangers, HERE, "first");
    strangers.proven(first);
    strangers.proven(admit(strangers, HERE, "second"));
    assertThat(strangers.knock(THERE)).isEqualTo(Strangers.Answer.FULL);
    strangers.left(first);
    assertThat(strangers.knock(THERE)).isEqualTo(Strangers.Answer.WELCOME);
  }

  @Test
  void makesRoomForANewcomerWhenUnprovenOnesTakeAllPlaces() {
    Strangers strangers = strangers(2, 10, 10, 5, LONG);
    admit(strangers, HERE, "first");
    admit(strangers, HERE, "second");
    assertThat(strangers.knock(THERE)).isEqualTo(Strangers.Answer.WELCOME);
    admit(strangers, THERE, "third");
    assertThat(evicted).containsExactly("first");
  }

  @Test
  void pausesAnAddressAfterTooManyFailures() {
    Strangers strangers = strangers(100, 10, 10, 3, LONG);
    for (int i = 0; i < 2; i++) {
      fail(strangers, HERE);
    }
    assertThat(strangers.knock(HERE)).isEqualTo(Strangers.Answer.WELCOME);
    fail(strangers, HERE);
    assertThat(strangers.knock(HERE)).isEqualTo(Strangers.Answer.PAUSED);
    assertThat(strangers.knock(THERE)).isEqualTo(Strangers.Answer.WELCOME);
  }

  @Test
  void endsAPauseWithItsTime() {
    Strangers strangers = strangers(100, 10, 10, 1, Duration.ofMillis(50));
    fail(strangers, HERE);
    assertThat(strangers.knock(HERE)).isEqualTo(Strangers.Answer.PAUSED);
    Lab.eventually("the pause ends", () -> strangers.knock(HERE) == Strangers.Answer.WELCOME);
  }

  @Test
  void forgetsFailuresThatAreOlderThanAPause() {
    Strangers strangers = strangers(100, 10, 10, 2, Duration.ofMillis(20));
    fail(strangers, HERE);
    long failed = System.nanoTime();
    Lab.eventually(
        "the failure is old", () -> Lab.since(failed).compareTo(Duration.ofMillis(30)) > 0);
    fail(strangers, HERE);
    assertThat(strangers.knock(HERE)).isEqualTo(Strangers.Answer.WELCOME);
  }

  @Test
  void pausesNoAddressWithAProvenConnection() {
    Strangers strangers = strangers(100, 10, 10, 1, LONG);
    Strangers.Guest neighbour = admit(strangers, HERE, "neighbour");
    strangers.proven(neighbour);
    fail(strangers, HERE);
    assertThat(strangers.knock(HERE)).isEqualTo(Strangers.Answer.WELCOME);
    strangers.left(neighbour);
    assertThat(strangers.knock(HERE)).isEqualTo(Strangers.Answer.PAUSED);
  }

  @Test
  void forgivesAnAddressThatProvesItself() {
    Strangers strangers = strangers(100, 10, 10, 2, LONG);
    fail(strangers, HERE);
    Strangers.Guest honest = admit(strangers, HERE, "honest");
    strangers.proven(honest);
    strangers.left(honest);
    fail(strangers, HERE);
    assertThat(strangers.knock(HERE)).isEqualTo(Strangers.Answer.WELCOME);
  }

  private void fail(Strangers strangers, InetAddress address) {
    Strangers.Guest guest = admit(strangers, address, "failing");
    strangers.failed(guest);
    strangers.left(guest);
  }
}
