package dev.myelin.net.pattern;

import dev.myelin.net.pipe.Plumbing;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.tensor.Tensor;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.SocketRole;
import java.io.IOException;
import java.time.Duration;

/// Hands out work: each message goes to one [Puller], in turn among those that have room (RFC 30).
///
/// What a puller had not been sent when it was lost goes to others. What was on its way to it may
/// be lost with it.
public final class Pusher extends PatternSocket {
  private Pusher(Plumbing plumbing, SocketOptions options) {
    super(new Hub(SocketRole.PUSH, options, plumbing, new Rules()));
  }

  /// Opens a socket without peers.
  public static Pusher open(Plumbing plumbing, SocketOptions options) {
    return new Pusher(plumbing, options);
  }

  /// Hands out one part of bytes, which must not be changed any more; otherwise as the longest
  /// form.
  public void push(byte[] bytes) throws IOException, InterruptedException {
    push(Parts.of(bytes));
  }

  /// Hands out a text in UTF-8; otherwise as the longest form.
  public void push(String text) throws IOException, InterruptedException {
    push(Parts.of(text));
  }

  /// Hands out a message within the time that the options give; otherwise as the longest form.
  public void push(Parts message) throws IOException, InterruptedException {
    push(message, sendLimit());
  }

  /// Hands out a message, which is the socket's from now on, also if this throws.
  ///
  /// Waits while no puller has room, at most `limit`. When this returns, the message is in the
  /// queue of a puller, not with it.
  ///
  /// @throws dev.myelin.wire.PeerException.TimedOut if no puller had room in time
  public void push(Parts message, Duration limit) throws IOException, InterruptedException {
    outflow().sendInTurn(message, Outflow.Manner.QUEUED, limit);
  }

  /// Hands out a tensor in the form of [TensorParts]; it stays the caller's.
  ///
  /// Waits for room as [#push(Parts)] does, and then without a bound until the bytes have left, the
  /// message was dropped, or, within the process, the puller has closed it.
  public void push(String name, Tensor tensor) throws IOException, InterruptedException {
    TensorParts.lend(name, tensor, this::push);
  }

  /// Another puller gets what one that left had not been sent.
  private static final class Rules implements Hub.Rules {
    @Override
    public boolean rehouses() {
      return true;
    }

    @Override
    public boolean hears() {
      return false;
    }
  }
}
