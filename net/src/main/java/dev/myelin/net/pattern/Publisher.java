package dev.myelin.net.pattern;

import dev.myelin.net.pipe.Plumbing;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.wire.parts.SocketRole;

/// Sends to whoever subscribed, and hears nothing else of its peers.
public final class Publisher extends Publishing {
  private Publisher(Fanout fanout) {
    super(fanout);
  }

  /// Opens a socket without peers that keeps no last values.
  public static Publisher open(Plumbing plumbing, SocketOptions options) {
    return open(plumbing, options, LastValues.NONE);
  }

  /// Opens a socket without peers.
  public static Publisher open(Plumbing plumbing, SocketOptions options, LastValues last) {
    return new Publisher(new Fanout(SocketRole.PUB, plumbing, options, last, (_, _) -> {}));
  }
}
