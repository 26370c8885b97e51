package dev.myelin.wire.parts;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// What the other side of a [PartsSession] told of itself.
///
/// @param role what it is in its pattern
/// @param routingId what it wants to be called
/// @param version the dialect's version both speak, as `3.1`
/// @param mechanism how it proved itself: `NULL`, `PLAIN`, `CURVE`
/// @param user whom the authenticator took it for; empty where nobody asked
/// @param properties all it told, by name; names are told apart without regard to case
public record PartsPeer(
    SocketRole role,
    RoutingId routingId,
    String version,
    String mechanism,
    String user,
    Map<String, String> properties) {
  public PartsPeer {
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(routingId, "routingId");
    properties = Map.copyOf(properties);
  }

  /// Returns a property by its name, without regard to case; empty if the peer did not tell it.
  public Optional<String> property(String name) {
    for (Map.Entry<String, String> each : properties.entrySet()) {
      if (each.getKey().equalsIgnoreCase(name)) {
        return Optional.of(each.getValue());
      }
    }
    return Optional.empty();
  }
}
