package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.net.discovery.Sighting;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.wire.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
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
}
