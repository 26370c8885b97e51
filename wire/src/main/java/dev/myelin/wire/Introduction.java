package dev.myelin.wire;

import java.util.Objects;
import java.util.Set;

/// What a handshake told of the peer.
///
/// @param id the peer's id as text; empty where the dialect's handshake does not tell it
/// @param proof how much of it is proven
/// @param listenPort the port the peer says it listens on; zero where it did not say
/// @param features the extensions both sides have
public record Introduction(String id, Proof proof, int listenPort, Set<String> features) {
  /// How much of the peer's identity is proven.
  public enum Proof {
    /// Both sides proved, in this conversation and bound to it, that they hold the key.
    MUTUAL,
    /// Only what the dialect's stock handshake gives.
    STOCK
  }

  public Introduction {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(proof, "proof");
    features = Set.copyOf(features);
  }
}
