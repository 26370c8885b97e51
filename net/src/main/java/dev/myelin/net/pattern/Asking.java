package dev.myelin.net.pattern;

import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.time.Duration;

/// The way in which a [Requester] keeps requests and replies together.
sealed interface Asking permits LockstepAsking, NumberedAsking {
  /// What stands before the body on the wire (RFC 28).
  byte[] DELIMITER = {};

  Hub hub();

  Parts request(Parts message, Requester.Patience patience, Duration room)
      throws IOException, InterruptedException;

  void send(Parts message, Duration room) throws IOException, InterruptedException;

  /// Lets go, once the socket was closed, of a reply that nobody received.
  default void end() {}

  Parts receive(Duration limit) throws IOException, InterruptedException;
}
