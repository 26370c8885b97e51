package dev.myelin.it;

import dev.myelin.net.NodeConfig;
import dev.myelin.net.NodeConfig.Identity;
import dev.myelin.wire.ApiKey;
import java.util.Optional;
import java.util.UUID;

/// Who the nodes of the tests are.
final class Identities {
  static final String KEY = "a key of at least sixteen bytes";

  /// Links that harm can be done to, which memory shared with a neighbour is out of reach of.
  static final NodeConfig.Links SOCKETS =
      NodeConfig.Links.defaults().neighbours(NodeConfig.Neighbours.SOCKET);

  private Identities() {}

  /// Returns a new node of that community, with the key of all tests and no memory.
  static Identity fresh(String community) {
    return new Identity(UUID.randomUUID(), community, ApiKey.of(KEY), Optional.empty());
  }
}
