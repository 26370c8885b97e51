package dev.myelin.net.pattern;

import dev.myelin.net.pipe.Plumbing;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.SocketRole;
import java.io.IOException;
import java.time.Duration;

/// Sends to its peers in turn and takes from all of them, many messages under way at once (RFC 28).
///
/// Messages go over the wire as they are: to speak to a [Replier], put an empty part first, and
/// expect one first in the answer. What a peer that left had not been sent goes to others.
public final class Dealer extends Talker {
  private Dealer(Plumbing plumbing, SocketOptions options) {
    super(new Hub(SocketRole.DEALER, options, plumbing, new Rules()));
  }

  /// Opens a socket without peers.
  public static Dealer open(Plumbing plumbing, SocketOptions options) {
    return new Dealer(plumbing, options);
  }

  @Override
  public void send(Parts message, Duration limit) throws IOException, InterruptedException {
    outflow().sendInTurn(message, Outflow.Manner.QUEUED, limit);
  }

  private static final class Rules implements Hub.Rules {
    @Override
    public boolean rehouses() {
      return true;
    }
  }
}
