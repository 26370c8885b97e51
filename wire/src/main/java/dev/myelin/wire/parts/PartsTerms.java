package dev.myelin.wire.parts;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// What one side of a [PartsSession] is and asks of the other.
///
/// @param roles the roles it can play: one where it dials; where it is dialled, the first that
///   speaks to the peer's is chosen
/// @param routingId what it wants to be called
/// @param properties what else it tells, by name (`X-…` for names of our own)
/// @param security how both prove who they are
/// @param limits what the peer may make this side hold
public record PartsTerms(
    Set<SocketRole> roles,
    RoutingId routingId,
    Map<String, String> properties,
    PartsSecurity security,
    PartsLimits limits) {
  public PartsTerms {
    if (roles.isEmpty()) {
      throw new IllegalArgumentException("roles: none (expected: at least one)");
    }
    Objects.requireNonNull(routingId, "routingId");
    Objects.requireNonNull(security, "security");
    Objects.requireNonNull(limits, "limits");
    roles = Collections.unmodifiableSet(new LinkedHashSet<>(roles));
    properties = Map.copyOf(properties);
  }

  /// Returns terms of one role that ask and prove nothing.
  public static PartsTerms of(SocketRole role) {
    return new PartsTerms(
        Set.of(role), RoutingId.NONE, Map.of(), new PartsSecurity.Open(), PartsLimits.defaults());
  }

  /// Returns the role to play for a peer of that one; empty if none speaks to it.
  public Optional<SocketRole> roleFor(SocketRole peer) {
    return roles.stream().filter(role -> role.speaksTo(peer)).findFirst();
  }
}
