package dev.myelin.net;

import java.util.Objects;
import java.util.UUID;

/// What messaging without a node is told before it begins.
///
/// @param memoryBytes the memory in which large parts land, of all sockets together
/// @param threads what kind of thread reads and writes a pipe
public record MessagingConfig(long memoryBytes, NodeConfig.Threads threads) {
  public MessagingConfig {
    if (memoryBytes < 1) {
      throw new IllegalArgumentException("memoryBytes: " + memoryBytes + " (expected: at least 1)");
    }
    Objects.requireNonNull(threads, "threads");
  }

  /// Returns 2 GiB and platform threads.
  public static MessagingConfig defaults() {
    return new MessagingConfig(2L << 30, NodeConfig.Threads.PLATFORM);
  }

  /// Returns what its transport is told: nothing of it is ever dialled by name or key.
  NodeConfig transport() {
    NodeConfig base = NodeConfig.of("messaging", UUID.randomUUID().toString());
    return base.security(base.security().encryption(new NodeConfig.Encryption.Plain()))
        .links(base.links().threads(threads).neighbours(NodeConfig.Neighbours.SOCKET));
  }
}
