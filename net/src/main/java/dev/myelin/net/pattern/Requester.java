package dev.myelin.net.pattern;

import dev.myelin.net.pipe.Plumbing;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.tensor.Tensor;
import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;

/// Asks: each request goes to one [Replier], in turn among those that have room, and its reply
/// comes back (RFC 28).
///
/// By default in lockstep, one request at a time, as every peer of ZeroMQ expects. With
/// [Mode#NUMBERED] many threads ask at once, requests may be given up and tried again, and a reply
/// that comes too late is dropped.
public final class Requester extends PatternSocket {
  /// How requests and replies are kept together.
  public enum Mode {
    /// One request at a time; nothing but an empty part precedes it on the wire.
    LOCKSTEP,
    /// A number precedes each request, and the replier sends it back unseen (ZMQ_REQ_CORRELATE).
    NUMBERED
  }

  /// What one request may take.
  ///
  /// @param mode how replies find their requests
  /// @param attempts how often it is sent at most, to peers in turn
  /// @param answer how long each attempt waits for the reply
  public record Patience(Mode mode, int attempts, Duration answer) {
    public Patience {
      Objects.requireNonNull(mode, "mode");
      if (attempts < 1 || (attempts > 1 && mode == Mode.LOCKSTEP)) {
        throw new IllegalArgumentException(
            "attempts: " + attempts + " (expected: 1, or more with NUMBERED)");
      }
      if (answer.isNegative()) {
        throw new IllegalArgumentException("answer: " + answer + " (expected: >= 0)");
      }
    }

    /// Returns lockstep that waits as long as the socket's options say.
    public static Patience lockstep(SocketOptions options) {
      return new Patience(Mode.LOCKSTEP, 1, options.waits().receive());
    }

    /// Returns numbered requests of so many attempts, each waiting so long.
    public static Patience numbered(int attempts, Duration answer) {
      return new Patience(Mode.NUMBERED, attempts, answer);
    }
  }

  private final Asking asking;
  private final Patience patience;
  private final RoundTrips trips;

  private Requester(Asking asking, Patience patience, RoundTrips trips) {
    super(asking.hub());
    this.asking = asking;
    this.patience = patience;
    this.trips = trips;
  }

  /// Opens a socket without peers that asks in lockstep.
  public static Requester open(Plumbing plumbing, SocketOptions options) {
    return open(plumbing, options, Patience.lockstep(options));
  }

  /// Opens a socket without peers.
  public static Requester open(Plumbing plumbing, SocketOptions options, Patience patience) {
    RoundTrips trips = new RoundTrips();
    Asking asking =
        switch (patience.mode()) {
          case LOCKSTEP -> new LockstepAsking(plumbing, options, trips);
          case NUMBERED -> new NumberedAsking(plumbing, options, trips);
        };
    return new Requester(asking, patience, trips);
  }

  /// Asks with one part of bytes; otherwise as [#request(Parts)].
  public Parts request(byte[] bytes) throws IOException, InterruptedException {
    return request(Parts.of(bytes));
  }

  /// Asks with a text in UTF-8; otherwise as [#request(Parts)].
  public Parts request(String text) throws IOException, InterruptedException {
    return request(Parts.of(text));
  }

  /// Asks and returns the reply, which is the caller's. The message is the socket's from now on,
  /// also if this throws.
  ///
  /// Waits for a peer with room as long as the options say, and for the reply as long as the
  /// patience says, for each attempt. An interrupt ends the wait. In lockstep a request that got no
  /// reply in time is still out: only [#receive()] is possible then.
  ///
  /// @throws dev.myelin.wire.PeerException.TimedOut if there was no peer, or no reply, in time
  /// @throws dev.myelin.wire.PeerException.Closed if the peer left without a reply
  /// @throws IllegalStateException in lockstep, if a request is out
  public Parts request(Parts message) throws IOException, InterruptedException {
    return asking.request(message, patience, sendLimit());
  }

  /// Asks with a tensor in the form of [TensorParts], which stays the caller's; otherwise as
  /// [#request(Parts)].
  ///
  /// Waits, after the reply came or the request failed, until nobody reads the tensor any more.
  public Parts request(String name, Tensor tensor) throws IOException, InterruptedException {
    Parts[] reply = new Parts[1];
    TensorParts.lend(name, tensor, message -> reply[0] = request(message));
    return Objects.requireNonNull(reply[0], "reply");
  }

  /// Sends a request whose reply [#receive()] returns; otherwise as [#request(Parts)]. With
  /// [Mode#NUMBERED] this gives up an earlier one that was sent so.
  ///
  /// @throws IllegalStateException in lockstep, if a request is out
  public void send(Parts message) throws IOException, InterruptedException {
    asking.send(message, sendLimit());
  }

  /// Sends a request that is a tensor in the form of [TensorParts], which stays the caller's;
  /// otherwise as [#send(Parts)].
  ///
  /// Waits, without a bound, until the bytes have left, the request was dropped, or, within the
  /// process, the replier has closed it.
  public void send(String name, Tensor tensor) throws IOException, InterruptedException {
    TensorParts.lend(name, tensor, this::send);
  }

  /// Returns the reply to what [#send] sent, which is the caller's; waits for it as long as the
  /// options say.
  ///
  /// @throws dev.myelin.wire.PeerException.TimedOut if there was none in time; the request is still
  ///   out
  /// @throws dev.myelin.wire.PeerException.Closed if the peer left without a reply; the request is
  ///   no longer out
  /// @throws IllegalStateException if no request is out
  public Parts receive() throws IOException, InterruptedException {
    return receive(receiveLimit());
  }

  /// Likewise, waiting at most `limit`.
  public Parts receive(Duration limit) throws IOException, InterruptedException {
    return asking.receive(limit);
  }

  @Override
  public void close() {
    super.close();
    asking.end();
  }

  /// Returns how long replies took so far.
  public RoundTrips roundTrips() {
    return trips;
  }
}
