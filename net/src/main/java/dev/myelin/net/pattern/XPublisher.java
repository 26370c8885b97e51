package dev.myelin.net.pattern;

import dev.myelin.net.pipe.Plumbing;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.SocketRole;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Sends to whoever subscribed, sees what is wanted, and hears what an [XSubscriber] sends back.
public final class XPublisher extends Publishing {
  /// A prefix that a first peer wants, or that none wants any more.
  public static final class Subscription {
    private final byte[] prefix;
    private final boolean wanted;

    private Subscription(byte[] prefix, boolean wanted) {
      this.prefix = prefix.clone();
      this.wanted = wanted;
    }

    /// Returns a copy of the prefix.
    public byte[] prefix() {
      return prefix.clone();
    }

    /// Returns whether it is wanted now.
    public boolean isWanted() {
      return wanted;
    }
  }

  private final BlockingQueue<Subscription> changes;

  private XPublisher(Fanout fanout, BlockingQueue<Subscription> changes) {
    super(fanout);
    this.changes = changes;
  }

  /// Opens a socket without peers that keeps no last values.
  public static XPublisher open(Plumbing plumbing, SocketOptions options) {
    return open(plumbing, options, LastValues.NONE);
  }

  /// Opens a socket without peers. Of changes that nobody takes as many are kept as subscriptions
  /// of one peer are.
  public static XPublisher open(Plumbing plumbing, SocketOptions options, LastValues last) {
    BlockingQueue<Subscription> changes =
        new LinkedBlockingQueue<>(options.limits().subscriptions());
    return new XPublisher(
        new Fanout(
            SocketRole.XPUB,
            plumbing,
            options,
            last,
            (prefix, wanted) -> {
              while (!changes.offer(new Subscription(prefix, wanted))) {
                Subscription _ = changes.poll();
              }
            }),
        changes);
  }

  /// Returns the next change of what is wanted; empty if there was none within `limit`.
  public Optional<Subscription> awaitChange(Duration limit) throws InterruptedException {
    outflow().requireOpen();
    long nanos = limit.compareTo(Duration.ofDays(365)) > 0 ? Long.MAX_VALUE : limit.toNanos();
    return Optional.ofNullable(changes.poll(nanos, TimeUnit.NANOSECONDS));
  }

  /// Takes the next message of a subscriber, which is the caller's; waits for one at most `limit`.
  ///
  /// @throws dev.myelin.wire.PeerException.TimedOut if none came in time
  public Parts receive(Duration limit) throws IOException, InterruptedException {
    return intake().receive(limit).message();
  }
}
