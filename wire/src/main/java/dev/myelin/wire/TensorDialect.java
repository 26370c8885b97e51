package dev.myelin.wire;

import java.io.IOException;

/// A dialect whose sessions exchange tensors.
public interface TensorDialect extends Dialect {
  /// Shakes hands as the side that was dialled; the prefix is still in `in`.
  ///
  /// Waits for the peer; the owner of the streams bounds the wait by closing them.
  ///
  /// @throws PeerException if the peer is not welcome or not understood
  Session accept(ByteSource in, ByteSink out, Credentials mine, Limits limits) throws IOException;

  /// Shakes hands as the side that dialled; otherwise as [#accept].
  Session dial(ByteSource in, ByteSink out, Credentials mine, Limits limits) throws IOException;
}
