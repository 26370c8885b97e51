package dev.myelin.net.discovery;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;

/// Decides whether a sighting may send us to another address for a node we know.
///
/// An announcement signs the node's id, port and time, but not its address. So the address of an id
/// changes only with a newer time, and never while an authenticated connection to it lives. A claim
/// without a time changes nothing that is known. What has not been confirmed for a while is
/// forgotten.
public final class RedirectGuard {
  private static final int IDS = 16_384;

  private final InstantSource clock;
  private final Duration forgetAfter;
  private final Predicate<String> isConnected;
  // Guarded by this.
  private final Map<String, Known> known = new AnnouncementFilter.Recent<>(IDS);

  private RedirectGuard(InstantSource clock, Duration forgetAfter, Predicate<String> isConnected) {
    this.clock = clock;
    this.forgetAfter = forgetAfter;
    this.isConnected = isConnected;
  }

  /// Returns a guard that knows nothing yet.
  ///
  /// @param forgetAfter how long an address counts without being confirmed
  /// @param isConnected whether an authenticated connection to this id lives; called without locks
  public static RedirectGuard of(
      InstantSource clock, Duration forgetAfter, Predicate<String> isConnected) {
    return new RedirectGuard(
        Objects.requireNonNull(clock, "clock"),
        Objects.requireNonNull(forgetAfter, "forgetAfter"),
        Objects.requireNonNull(isConnected, "isConnected"));
  }

  /// Returns whether the sighting may be acted on, and remembers its address if so.
  ///
  /// A sighting without an id names only an address and is always admitted.
  public boolean admits(Sighting sighting) {
    if (sighting.id().isEmpty()) {
      return true;
    }
    return admits(sighting, isConnected.test(sighting.id()), clock.instant());
  }

  private synchronized boolean admits(Sighting sighting, boolean connected, Instant now) {
    Known before = known.get(sighting.id());
    if (before != null && !before.isAt(sighting)) {
      boolean forgotten = before.confirmed().plus(forgetAfter).isBefore(now);
      boolean newer = sighting.timestamp() > before.timestamp();
      if (connected || !(newer || forgotten)) {
        return false;
      }
    }
    long timestamp =
        before == null ? sighting.timestamp() : Math.max(before.timestamp(), sighting.timestamp());
    known.put(sighting.id(), new Known(sighting.host(), sighting.port(), timestamp, now));
    return true;
  }

  private record Known(String host, int port, long timestamp, Instant confirmed) {
    boolean isAt(Sighting sighting) {
      return host.equals(sighting.host()) && port == sighting.port();
    }
  }
}
