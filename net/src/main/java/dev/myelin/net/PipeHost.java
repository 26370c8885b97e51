package dev.myelin.net;

import dev.myelin.net.pipe.PipeOwner;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.PartsHost;
import dev.myelin.wire.parts.PartsLimits;
import dev.myelin.wire.parts.PartsSecurity;
import dev.myelin.wire.parts.PartsTerms;
import dev.myelin.wire.parts.SocketRole;
import java.util.Map;
import java.util.Optional;

/// The one socket behind a port of its own.
///
/// @param remote who dialled, for errors
record PipeHost(PartsTerms terms, PipeOwner owner, String remote) implements PartsHost {
  @Override
  public PartsLimits limits() {
    return terms.limits();
  }

  @Override
  public PartsSecurity security(String mechanism) {
    return terms.security();
  }

  @Override
  public Optional<PartsTerms> only() {
    return Optional.of(terms);
  }

  @Override
  public PartsTerms terms(SocketRole peer, Map<String, String> told) throws PeerException {
    requireRoom(owner, remote);
    return terms;
  }

  /// Ends a handshake without an error on the wire if the socket takes nobody now: peers of ZeroMQ
  /// dial again after that, but not after an error.
  static void requireRoom(PipeOwner owner, String remote) throws PeerException.Closed {
    if (owner.isFull()) {
      throw new PeerException.Closed(
          remote + ": turned away (expected: the socket's one peer leaves first)", false, null);
    }
  }
}
