package dev.myelin.wire;

import java.util.Objects;
import java.util.UUID;
import java.util.random.RandomGenerator;

/// Who we are and how we prove it.
///
/// @param node our id
/// @param key the key that all nodes of the community share
/// @param community the name of the community
/// @param listenPort where we listen, to be told to the peer; zero if nowhere
/// @param trust what this node remembers and allows
/// @param random a cryptographic source of nonces
public record Credentials(
    UUID node, ApiKey key, String community, int listenPort, Trust trust, RandomGenerator random) {
  public Credentials {
    Objects.requireNonNull(node, "node");
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(community, "community");
    Objects.requireNonNull(trust, "trust");
    Objects.requireNonNull(random, "random");
  }
}
