package dev.myelin.net.pattern;

import dev.myelin.net.pipe.Plumbing;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.wire.parts.SocketRole;

/// Receives what it subscribed to from every [Publisher] it knows.
public final class Subscriber extends Subscribing {
  private Subscriber(Plumbing plumbing, SocketOptions options) {
    super(SocketRole.SUB, plumbing, options, new Interests());
  }

  /// Opens a socket without peers and without subscriptions.
  public static Subscriber open(Plumbing plumbing, SocketOptions options) {
    return new Subscriber(plumbing, options);
  }
}
