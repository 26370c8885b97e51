package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.net.discovery.Sighting;
import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.wire.Limits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@Timeout(30)
@ExtendWith(LeakCheck.class)
class RosterTest {
  private final Counters counters = new Counters();
  private final NodeEvents events = new NodeEvents(counters);
  private final List<KnownPeer> sought = new ArrayList<>();
  private final Roster roster =
      new Roster(PeerId.of(UUID.randomUUID()), events, counters, sought::add);

  private static Intake intake(TensorPool pool) {
    return new InboxIntake(new Inbox(pool, pool, Limits.defaults()));
  }

  private static Sighting heard(Connection connection) {
    return new Sighting(connection.introduction().id(), "127.0.0.1", 9, "broadcast", 1);
  }

  @Test
  void dialsAnAddressAgainWhosePeerWasForgotten() throws Exception {
    try (Pair pair = Pair.open(Limits.defaults())) {
      Endpoint place = pair.near.remote();
      roster.sighted(heard(pair.near), false);
      KnownPeer known = roster.identified(pair.near, roster.atAddress(place, "dns", false));
      assertThat(known.endpoints()).contains(place);
      roster.remove(known);
      assertThat(roster.all()).isEmpty();
      sought.clear();
      KnownPeer again = roster.atAddress(place, "dns", false);
      assertThat(sought).containsExactly(again);
    }
  }

  @Test
  void listsPeersWhileTheyComeAndGo(TensorPool pool) throws Exception {
    Intake intake = intake(pool);
    for (int i = 0; i < 500; i++) {
      roster.sighted(
          new Sighting(UUID.randomUUID().toString(), "127.0.0.1", 9, "broadcast", 1), false);
    }
    try (Pair pair = Pair.open(Limits.defaults())) {
      AtomicBoolean over = new AtomicBoolean();
      FutureTask<Boolean> restless =
          Lab.aside(
              () -> {
                RandomGenerator random = new SplittableRandom(1);
                while (!over.get()) {
                  KnownPeer peer = sought.get(random.nextInt(sought.size()));
                  List<Conversation> visits = peer.conversations();
                  if (visits.isEmpty()) {
                    peer.joined(new Conversation(pair.near, peer, events, intake));
                  } else {
                    peer.left(visits.getFirst(), "left");
                  }
                }
                return true;
              });
      for (int i = 0; i < 2000; i++) {
        assertThat(roster.all()).hasSize(500);
      }
      over.set(true);
      assertThat(restless.get()).isTrue();
    }
  }

  @Test
  void forgetsWhoOnlyEverDialledUsAndIsGone(TensorPool pool) throws Exception {
    try (Pair pair = Pair.open(Limits.defaults())) {
      KnownPeer visitor = roster.identified(pair.far, null);
      Conversation visit = new Conversation(pair.far, visitor, events, intake(pool));
      visitor.joined(visit);
      roster.forgetGone(Duration.ZERO);
      assertThat(roster.all()).containsExactly(visitor);
      visitor.left(visit, "left");
      roster.forgetGone(Duration.ofMinutes(1));
      assertThat(roster.all()).containsExactly(visitor);
      roster.forgetGone(Duration.ZERO);
      assertThat(roster.all()).isEmpty();
    }
  }

  @Test
  void keepsWhoIsDialled() {
    roster.sighted(new Sighting(UUID.randomUUID().toString(), "127.0.0.1", 9, "mdns", 0), false);
    roster.forgetGone(Duration.ZERO);
    assertThat(roster.all()).isEqualTo(sought).hasSize(1);
  }
}
