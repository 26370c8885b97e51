package dev.myelin.net.pattern;

import dev.myelin.net.pipe.Plumbing;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.SocketRole;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/// Takes work: messages of all its [Pusher]s, each in turn (RFC 30).
public final class Puller extends PatternSocket implements Receiving {
  private Puller(Plumbing plumbing, SocketOptions options) {
    super(new Hub(SocketRole.PULL, options, plumbing, new Hub.Rules() {}));
  }

  /// Opens a socket without peers.
  public static Puller open(Plumbing plumbing, SocketOptions options) {
    return new Puller(plumbing, options);
  }

  /// Takes the next message within the time that the options give; otherwise as the longer form.
  public Parts pull() throws IOException, InterruptedException {
    return pull(receiveLimit());
  }

  /// Takes the next message, which is the caller's.
  ///
  /// Waits for one at most `limit`. An interrupt ends the wait and nothing else.
  ///
  /// @throws dev.myelin.wire.PeerException.TimedOut if none came in time
  /// @throws IllegalStateException once the socket is closed
  public Parts pull(Duration limit) throws IOException, InterruptedException {
    return intake().receive(limit).message();
  }

  /// Takes the next message if there is one.
  public Optional<Parts> tryPull() {
    return Intake.message(intake().tryReceive());
  }

  /// Has a thread take every message from now on.
  public Attendant onMessage(MessageTaker<? super Parts> taker) {
    return attend(intake()::next, taker);
  }

  @Override
  public Delivery take(Duration limit) throws IOException, InterruptedException {
    return Delivery.of(intake().receive(limit));
  }

  @Override
  public Optional<Delivery> tryTake() {
    return Optional.ofNullable(intake().tryReceive()).map(Delivery::of);
  }

  @Override
  public Attendant onDelivery(MessageTaker<? super Delivery> taker) {
    return attend(intake()::delivery, taker);
  }
}
