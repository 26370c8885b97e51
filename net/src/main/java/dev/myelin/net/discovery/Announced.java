package dev.myelin.net.discovery;

import dev.myelin.wire.ApiKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.UUID;

/// What a node tells others about itself so that they find it.
///
/// @param id who it is; its own announcements are known by it
/// @param community the name its peers share; only a hash of it travels
/// @param key what announcements are signed with; it never travels
/// @param listen where it accepts connections: a wildcard is announced on every interface, a single
///   address only on the interface that has it
public record Announced(UUID id, String community, ApiKey key, InetSocketAddress listen) {
  /// Checks that the address is resolved and the port is one that can be dialled.
  public Announced {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(community, "community");
    Objects.requireNonNull(key, "key");
    if (listen.isUnresolved() || listen.getPort() == 0) {
      throw new IllegalArgumentException(
          "listen: " + listen + " (expected: a resolved address and the port it is bound to)");
    }
  }

  /// Returns whether an address of ours leads to the listener.
  boolean reachableAt(InetAddress own) {
    return listen.getAddress().isAnyLocalAddress() || listen.getAddress().equals(own);
  }

  /// Returns the port others are to dial.
  int port() {
    return listen.getPort();
  }
}
