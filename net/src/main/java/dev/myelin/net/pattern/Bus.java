package dev.myelin.net.pattern;

import dev.myelin.net.pipe.Pipe;
import dev.myelin.net.pipe.Plumbing;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.SocketRole;
import java.time.Duration;

/// One of many that all hear each other: each message goes to every peer there is, and to nobody
/// else.
///
/// Sending never waits: a peer without room does not get the message, which is counted. Messages
/// are not passed on, so whoever should be heard by all must be connected with all. On the wire
/// every member is a DEALER.
public final class Bus extends Talker {
  private Bus(Plumbing plumbing, SocketOptions options) {
    super(new Hub(SocketRole.DEALER, options, plumbing, new Hub.Rules() {}));
  }

  /// Opens a socket without peers.
  public static Bus open(Plumbing plumbing, SocketOptions options) {
    return new Bus(plumbing, options);
  }

  @Override
  public void send(Parts message, Duration limit) {
    outflow().requireOpenFor(message);
    try (Shared shared = new Shared(message)) {
      for (Pipe each : outflow().pipes()) {
        boolean _ = outflow().sendOrDrop(each, shared.share(), Outflow.Manner.QUEUED);
      }
    }
  }
}
