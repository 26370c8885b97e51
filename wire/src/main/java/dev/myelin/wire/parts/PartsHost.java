package dev.myelin.wire.parts;

import dev.myelin.wire.PeerException;
import java.util.Map;
import java.util.Optional;

/// A place where several sockets may be found: who takes a peer is decided by what that tells.
public interface PartsHost {
  /// Returns what a peer may make this side hold before anybody took it.
  PartsLimits limits();

  /// Returns what is asked of a peer that offers a mechanism: `NULL`, `PLAIN`, `CURVE`, `MYELIN`.
  ///
  /// @throws PeerException.Refused if none who offers that is let in
  PartsSecurity security(String mechanism) throws PeerException;

  /// Returns the terms of the only socket that is found here, so that the peer is greeted at once;
  /// empty where there may be several.
  default Optional<PartsTerms> only() {
    return Optional.empty();
  }

  /// Returns the terms of the socket that takes a peer which has proven what it was asked for.
  ///
  /// @param peer what it is; [SocketRole#DEALER], to which most speak, if it did not say
  /// @param told its properties, by name without regard to case
  /// @throws PeerException.Refused if nobody does, which the peer is told
  /// @throws PeerException.Closed if nobody does now: it may try again
  PartsTerms terms(SocketRole peer, Map<String, String> told) throws PeerException;
}
