package dev.myelin.wire;

import java.util.Set;

/// One way of putting messages into bytes; stateless. What its sessions exchange tells a dialect of
/// tensors ([TensorDialect]) from one of messages in parts.
public interface Dialect {
  /// What callers must know of a dialect.
  enum Trait {
    /// Tensors arrive with name, type and shape.
    SELF_DESCRIBING,
    /// Tensors are cut into frames, and those of several streams interleave.
    CHUNKED,
    /// Many streams share a connection.
    MULTIPLEXED,
    /// Every request waits for its answer.
    LOCKSTEP,
    /// Frames carry a check sum.
    CHECKSUMMED,
    /// The handshake proves who the peer is.
    AUTHENTICATED,
    /// Nobody on the path can read.
    ENCRYPTED
  }

  /// Returns the name, lower case, as in endpoints: `asoc`.
  String name();

  /// Returns the first bytes of a dialler.
  Prefix prefix();

  /// Returns what callers must know.
  Set<Trait> traits();
}
