package dev.myelin.wire;

import java.time.Duration;

/// What a node remembers of past handshakes and allows in the present one. Safe for many threads.
public interface Trust {
  /// Returns whether this greeting was never seen before, and remembers it; survives restarts where
  /// the node has a place to keep it.
  ///
  /// @param greeting 64 bits of a digest over the whole greeting
  boolean firstSeen(long greeting);

  /// Returns whether this peer may stay with the stock handshake alone.
  ///
  /// @param id the peer's id as text, empty if it is not known
  boolean allowsStock(String id);

  /// Returns what the present handshake runs on.
  default Carrier carrier() {
    return Carrier.plain();
  }

  /// Returns how long the peer may take to begin the extended handshake before it counts as a stock
  /// peer.
  Duration patience();
}
