package dev.myelin.wire.parts;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What a socket is in its pattern (RFC 28 to 31), by the names that go over the wire.
public enum SocketRole {
  /// One of exactly two.
  PAIR,
  /// Sends to whoever subscribed.
  PUB,
  /// Receives what it subscribed to.
  SUB,
  /// Asks, one question at a time.
  REQ,
  /// Answers, one question at a time.
  REP,
  /// Asks many at once.
  DEALER,
  /// Answers each by its routing id.
  ROUTER,
  /// Takes work.
  PULL,
  /// Hands out work.
  PUSH,
  /// As [#PUB], and sees the subscriptions.
  XPUB,
  /// As [#SUB], and writes the subscriptions itself.
  XSUB;

  private static final Map<SocketRole, Set<SocketRole>> PARTNERS = table();

  private static Map<SocketRole, Set<SocketRole>> table() {
    Map<SocketRole, Set<SocketRole>> all = new EnumMap<>(SocketRole.class);
    all.put(PAIR, EnumSet.of(PAIR));
    all.put(PUB, EnumSet.of(SUB, XSUB));
    all.put(XPUB, EnumSet.of(SUB, XSUB));
    all.put(SUB, EnumSet.of(PUB, XPUB));
    all.put(XSUB, EnumSet.of(PUB, XPUB));
    all.put(REQ, EnumSet.of(REP, ROUTER));
    all.put(REP, EnumSet.of(REQ, DEALER));
    all.put(DEALER, EnumSet.of(REP, DEALER, ROUTER));
    all.put(ROUTER, EnumSet.of(REQ, DEALER, ROUTER));
    all.put(PULL, EnumSet.of(PUSH));
    all.put(PUSH, EnumSet.of(PULL));
    return all;
  }

  /// Returns the roles a peer may have.
  public Set<SocketRole> partners() {
    return EnumSet.copyOf(PARTNERS.getOrDefault(this, EnumSet.noneOf(SocketRole.class)));
  }

  /// Returns whether the two understand each other.
  public boolean speaksTo(SocketRole other) {
    return PARTNERS.getOrDefault(this, Set.of()).contains(other);
  }

  /// Returns the role of that name as it stands on the wire; empty for an unknown one.
  public static Optional<SocketRole> named(String name) {
    for (SocketRole role : values()) {
      if (role.name().equals(name)) {
        return Optional.of(role);
      }
    }
    return Optional.empty();
  }
}
