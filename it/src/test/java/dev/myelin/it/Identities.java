package dev.myelin.it;

import dev.myelin.net.NodeConfig.Identity;
import dev.myelin.wire.ApiKey;
import java.util.Optional;
import java.util.UUID;

/// Who the nodes of the tests are.
final class Identities {
  static final String KEY = "a key of at least sixteen bytes";

  private Identities() {}

  /// Returns a new node of that community, with the key of all tests and no memory.
  static Identity fresh(String community) {
    return new Identity(UUID.randomUUID(), community, ApiKey.of(KEY), Optional.empty());
  }
}
