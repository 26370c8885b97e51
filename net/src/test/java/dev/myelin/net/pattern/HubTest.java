package dev.myelin.net.pattern;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.net.pipe.Conveyor;
import dev.myelin.net.pipe.Pipe;
import dev.myelin.net.pipe.PipeOwner;
import dev.myelin.net.pipe.PipeTerms;
import dev.myelin.net.pipe.Plumbing;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.PartsPeer;
import dev.myelin.wire.parts.RoutingId;
import dev.myelin.wire.parts.SocketRole;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HubTest {
  private final Set<Pipe> known = new HashSet<>();
  private boolean endsWhenWelcomed;
  private boolean endsWhenItCame;
  private final Hub hub =
      new Hub(SocketRole.PAIR, SocketOptions.defaults(), new Nowhere(), new Ending());

  /// Rules under which a pipe ends in the middle of its arrival.
  private final class Ending implements Hub.Rules {
    @Override
    public boolean welcomes(Pipe pipe) {
      if (endsWhenWelcomed) {
        end(pipe);
      }
      return known.add(pipe);
    }

    @Override
    public void came(Pipe pipe) {
      if (endsWhenItCame) {
        end(pipe);
      }
      known.add(pipe);
    }

    @Override
    public void left(Pipe pipe) {
      known.remove(pipe);
    }
  }

  private void end(Pipe pipe) {
    hub.detached(pipe, List.of(), new PeerException.Closed("gone", false, null));
  }

  private static final class Nowhere implements Plumbing {
    @Override
    public Use bind(String endpoint, PipeTerms terms, PipeOwner owner) {
      throw new UnsupportedOperationException(endpoint);
    }

    @Override
    public Use connect(String endpoint, PipeTerms terms, PipeOwner owner) {
      throw new UnsupportedOperationException(endpoint);
    }
  }

  private static final class Dull implements Pipe.Plug {
    @Override
    public void wake() {}

    @Override
    public void writeNow() {}

    @Override
    public void subscribe(byte[] prefix, boolean wanted) {}

    @Override
    public boolean idle() {
      return true;
    }

    @Override
    public void finish() {}

    @Override
    public void close() {}
  }

  private static Pipe pipe() {
    PartsPeer peer = new PartsPeer(SocketRole.PAIR, RoutingId.NONE, "3.1", "NULL", "", Map.of());
    return new Pipe(peer, "somewhere", new Conveyor(1, 1), new Conveyor(1, 1), new Dull());
  }

  @Test
  void keepsAPipeUntilItEnds() {
    Pipe pipe = pipe();
    assertThat(hub.attached(pipe)).isTrue();
    assertThat(hub.outflow().pipes()).containsExactly(pipe);
    end(pipe);
    assertThat(hub.outflow().pipes()).isEmpty();
    assertThat(known).isEmpty();
  }

  @Test
  void keepsNoPipeThatEndedBeforeItWasTakenIn() {
    endsWhenWelcomed = true;
    assertThat(hub.attached(pipe())).isFalse();
    assertThat(hub.outflow().pipes()).isEmpty();
    assertThat(known).isEmpty();
  }

  @Test
  void keepsNoPipeThatEndedBeforeTheRulesKnewOfIt() {
    endsWhenItCame = true;
    assertThat(hub.attached(pipe())).isFalse();
    assertThat(hub.outflow().pipes()).isEmpty();
    assertThat(known).isEmpty();
  }
}
