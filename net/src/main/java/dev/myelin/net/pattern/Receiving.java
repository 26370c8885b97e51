package dev.myelin.net.pattern;

import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/// A socket whose messages come one way, for whoever wants to know from where.
public sealed interface Receiving permits Puller, Talker, Subscribing {
  /// A message, and where it is from.
  ///
  /// @param source the peer's endpoint, for people
  /// @param message the receiver's, who closes it
  record Delivery(String source, Parts message) implements AutoCloseable {
    static Delivery of(Intake.Arrival arrival) {
      return new Delivery(arrival.pipe().remote(), arrival.message());
    }

    @Override
    public void close() {
      message.close();
    }
  }

  /// Takes the next message; waits for one at most `limit`.
  ///
  /// @throws dev.myelin.wire.PeerException.TimedOut if none came in time
  Delivery take(Duration limit) throws IOException, InterruptedException;

  /// Takes the next message if there is one.
  Optional<Delivery> tryTake();

  /// Has a thread take every message from now on.
  Attendant onDelivery(MessageTaker<? super Delivery> taker);
}
