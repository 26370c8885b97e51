package dev.myelin.net.pattern;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.net.pipe.Conveyor;
import dev.myelin.net.pipe.Pipe;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.SocketRole;
import java.util.HashSet;
import java.util.List;
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

  private static Pipe pipe() {
    return Nowhere.pipe(SocketRole.PAIR, new Conveyor(1, 1), new Conveyor(1, 1));
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
