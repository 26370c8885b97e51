package dev.myelin.wire.parts;

import dev.myelin.wire.ByteSink;
import dev.myelin.wire.ByteSource;
import dev.myelin.wire.Dialect;
import java.io.IOException;

/// A dialect whose sessions exchange messages of several parts.
public interface PartsDialect extends Dialect {
  /// Shakes hands as the side that was dialled; what it read of the peer is still in `in`.
  ///
  /// Waits for the peer; the owner of the streams bounds the wait by closing them.
  ///
  /// @throws dev.myelin.wire.PeerException.Refused if the two do not fit, or the peer proved
  ///   nothing
  /// @throws dev.myelin.wire.PeerException.Malformed if the peer broke the dialect
  PartsSession accept(ByteSource in, ByteSink out, PartsTerms terms) throws IOException;

  /// Shakes hands as a place where several sockets may be found; otherwise as the shorter form.
  PartsSession accept(ByteSource in, ByteSink out, PartsHost host) throws IOException;

  /// Shakes hands as the side that dialled; otherwise as [#accept].
  PartsSession dial(ByteSource in, ByteSink out, PartsTerms terms) throws IOException;
}
