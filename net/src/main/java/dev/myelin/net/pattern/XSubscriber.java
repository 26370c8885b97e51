package dev.myelin.net.pattern;

import dev.myelin.net.pipe.Pipe;
import dev.myelin.net.pipe.Plumbing;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.SocketRole;

/// Receives what it subscribed to, and can send back to every [XPublisher] it knows.
public final class XSubscriber extends Subscribing {
  private XSubscriber(Plumbing plumbing, SocketOptions options) {
    super(SocketRole.XSUB, plumbing, options, new Interests());
  }

  /// Opens a socket without peers and without subscriptions.
  public static XSubscriber open(Plumbing plumbing, SocketOptions options) {
    return new XSubscriber(plumbing, options);
  }

  /// Sends a message to every publisher there is; never waits. It is the socket's from now on.
  ///
  /// A [Publisher] drops it. On the wire a message of one part that begins with a byte of 0 or 1 is
  /// a subscription.
  public void send(Parts message) {
    outflow().requireOpenFor(message);
    try (Shared shared = new Shared(message)) {
      for (Pipe each : outflow().pipes()) {
        boolean _ = outflow().sendOrDrop(each, shared.share(), Outflow.Manner.QUEUED);
      }
    }
  }
}
