package dev.myelin.cli;

import dev.myelin.net.Endpoint;
import dev.myelin.net.Node;
import dev.myelin.net.Peer;
import dev.myelin.net.Receipt;
import dev.myelin.net.Retry;
import dev.myelin.net.SendOptions;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.Progress;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// Sends tensors to one peer, and goes on when it was lost and came back in time, be it as another
/// process at the same address.
final class PatientSender {
  private static final long PAUSE_MILLIS = 250;

  private final RootCommand root;
  private final Node node;
  private final Duration retryFor;
  private Peer peer;
  private List<Endpoint> places;
  private long movedNanos = System.nanoTime();

  PatientSender(RootCommand root, Node node, Peer peer, Duration retryFor) {
    this.root = root;
    this.node = node;
    this.peer = peer;
    this.places = peer.endpoints();
    this.retryFor = retryFor;
  }

  /// Returns the peer as it is known now.
  Peer peer() {
    return peer;
  }

  Receipt deliver(TensorSource.Named named, SendOptions how)
      throws IOException, InterruptedException {
    movedNanos = System.nanoTime();
    SendOptions watched = how.progress(watching(how.progress()));
    while (true) {
      try {
        return peer.deliver(named.name(), named.tensor(), watched);
      } catch (PeerException e) {
        Duration left = retryFor.minusNanos(System.nanoTime() - movedNanos);
        if (!left.isPositive() || Retry.after(e) == Retry.NO) {
          throw e;
        }
        root.note(named.name() + ": " + e.getMessage() + "; trying again for " + Words.time(left));
        peer = again(e, left);
      }
    }
  }

  private Peer again(PeerException failure, Duration left)
      throws IOException, InterruptedException {
    Thread.sleep(PAUSE_MILLIS);
    try {
      Peer found = node.awaitReturn(peer, places, left);
      places = found.endpoints();
      return found;
    } catch (PeerException.TimedOut e) {
      failure.addSuppressed(e);
      throw failure;
    }
  }

  /// The time for another attempt counts from the last byte that moved.
  private Progress watching(Progress to) {
    return (sent, total) -> {
      movedNanos = System.nanoTime();
      to.sent(sent, total);
    };
  }
}
