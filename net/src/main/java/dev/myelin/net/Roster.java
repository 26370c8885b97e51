package dev.myelin.net;

import dev.myelin.net.discovery.RedirectGuard;
import dev.myelin.net.discovery.Sighting;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The peers a node knows: by id, and by address while an address has not told who it is.
final class Roster implements AutoCloseable {
  private static final Duration FORGET_AFTER = Duration.ofMinutes(1);
  private static final int MOST_PEERS = 16_384;

  private final PeerId own;
  private final NodeEvents events;
  private final Counters counters;
  private final Consumer<KnownPeer> seek;
  private final RedirectGuard guard;

  /// Guards the maps; taken before a peer's lock, never across I/O.
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition changed = lock.newCondition();
  private final Map<PeerId, KnownPeer> byId = new HashMap<>(); // guarded by lock
  private final Map<Endpoint, KnownPeer> byAddress = new HashMap<>(); // guarded by lock

  private long sweptNanos = System.nanoTime(); // guarded by lock
  private boolean closed; // guarded by lock

  /// @param seek begins to dial a peer that is new here
  Roster(PeerId own, NodeEvents events, Counters counters, Consumer<KnownPeer> seek) {
    this.own = own;
    this.events = events;
    this.counters = counters;
    this.seek = seek;
    this.guard = RedirectGuard.of(InstantSource.system(), FORGET_AFTER, this::isConnected);
  }

  /// Notes a claim that a peer was seen.
  void sighted(Sighting sighting, boolean fixed) {
    if (sighting.id().equals(own.text())) {
      return;
    }
    counters.add(Counters.Counter.SIGHTINGS);
    if (leadsAway(sighting) || !guard.admits(sighting)) {
      counters.add(Counters.Counter.SIGHTINGS_REFUSED);
      return;
    }
    Endpoint endpoint = new Endpoint(sighting.host(), sighting.port());
    if (sighting.id().isEmpty()) {
      atAddress(endpoint, sighting.source(), fixed);
      return;
    }
    PeerId id = new PeerId(sighting.id());
    KnownPeer peer;
    lock.lock();
    try {
      peer = byId.get(id);
      if (peer == null && byId.size() < MOST_PEERS) {
        peer = new KnownPeer(id, sighting.source(), false, events);
        byId.put(id, peer);
      }
    } finally {
      lock.unlock();
    }
    if (peer == null) {
      counters.add(Counters.Counter.SIGHTINGS_REFUSED);
    } else {
      peer.seenAt(endpoint);
      seekOnce(peer);
    }
  }

  /// Begins to dial a peer unless that was done before; one that dialled us first has no seeker.
  private void seekOnce(KnownPeer peer) {
    if (peer.beginSeeking()) {
      seek.accept(peer);
    }
  }

  /// Returns whether this claims that a peer that is connected now is elsewhere.
  private boolean leadsAway(Sighting sighting) {
    if (sighting.id().isEmpty()) {
      return false;
    }
    KnownPeer peer;
    lock.lock();
    try {
      peer = byId.get(new PeerId(sighting.id()));
    } finally {
      lock.unlock();
    }
    return peer != null && peer.isElsewhereThan(new Endpoint(sighting.host(), sighting.port()));
  }

  private boolean isConnected(String id) {
    lock.lock();
    try {
      KnownPeer peer = byId.get(new PeerId(id));
      return peer != null && peer.state() == Peer.State.CONNECTED;
    } finally {
      lock.unlock();
    }
  }

  /// Returns the peer at an address, known from now on.
  KnownPeer atAddress(Endpoint endpoint, String source, boolean fixed) {
    KnownPeer fresh;
    lock.lock();
    try {
      KnownPeer known = byAddress.get(endpoint);
      if (known != null) {
        KnownPeer actual = known.actual();
        actual.seenAt(endpoint);
        if (fixed) {
          actual.fix(true);
        }
        return actual;
      }
      fresh = new KnownPeer(null, source, fixed, events);
      fresh.seenAt(endpoint);
      byAddress.put(endpoint, fresh);
    } finally {
      lock.unlock();
    }
    seekOnce(fresh);
    return fresh;
  }

  /// Returns the peer that a finished handshake belongs to; `dialled` is whom we meant to reach, if
  /// we dialled.
  KnownPeer identified(Connection connection, @Nullable KnownPeer dialled) {
    Optional<PeerId> told = connection.peer();
    KnownPeer known;
    lock.lock();
    try {
      if (told.isEmpty() && dialled != null) {
        return dialled.actual();
      }
      forgetGone(FORGET_AFTER);
      PeerId id = told.orElseGet(() -> new PeerId(connection.remote().toString()));
      known = byId.get(id);
      if (known == null) {
        known =
            dialled != null && dialled.id().isEmpty()
                ? dialled.actual()
                : new KnownPeer(id, dialled == null ? "inbound" : dialled.source(), false, events);
        byId.put(id, known);
      }
      known.identify(id);
      if (dialled != null && dialled.actual() != known) {
        redirect(dialled.actual(), known, connection.remote());
      }
    } finally {
      lock.unlock();
    }
    if (dialled != null) {
      seekOnce(known);
    }
    return known;
  }

  /// The address we dialled belongs to another peer than we thought; if it is a fixed one, that
  /// peer is now the one to be dialled for ever.
  private void redirect(KnownPeer from, KnownPeer to, Endpoint address) {
    to.listensAt(address);
    boolean fixed = from.fixed();
    if (from.id().isEmpty()) {
      from.mergeInto(to);
      // No address may lead to a mere name: what is removed or moved later is the peer itself.
      byAddress.replaceAll((_, peer) -> peer == from ? to : peer);
    } else {
      from.forget(address);
      if (byAddress.remove(address, from)) {
        byAddress.put(address, to);
      }
      from.fix(fixed && byAddress.containsValue(from));
    }
    if (fixed) {
      to.fix(true);
    }
  }

  /// Forgets the peers that only ever dialled us and have been gone for so long: nobody dials them,
  /// so no seeker will. Looks at all of them no more often than that.
  void forgetGone(Duration gone) {
    lock.lock();
    try {
      long now = System.nanoTime();
      if (now - sweptNanos >= gone.toNanos()) {
        sweptNanos = now;
        byId.values().removeIf(peer -> peer.isGone(gone));
      }
    } finally {
      lock.unlock();
    }
  }

  /// Drops a peer that nobody has seen for long.
  void remove(KnownPeer peer) {
    lock.lock();
    try {
      byId.values().remove(peer);
      byAddress.values().removeIf(known -> known == peer);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Wakes whoever waits for a peer.
  void signal() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Lets nobody wait any longer.
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Waits until the peer that `find` looks for is there, at most `nanos`; null if it never came or
  /// this was closed.
  @Nullable Peer await(Finder find, long nanos) throws InterruptedException {
    long left = nanos;
    lock.lock();
    try {
      while (true) {
        Peer found = find.find(snapshot());
        if (found != null || left <= 0 || closed) {
          return found;
        }
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /// Looks for a peer among those known.
  @FunctionalInterface
  interface Finder {
    @Nullable Peer find(List<KnownPeer> peers);
  }

  /// Returns the peers known now, connected ones first.
  List<KnownPeer> all() {
    lock.lock();
    try {
      return snapshot();
    } finally {
      lock.unlock();
    }
  }

  private List<KnownPeer> snapshot() {
    Set<KnownPeer> distinct = new LinkedHashSet<>(byId.values());
    byAddress.values().forEach(peer -> distinct.add(peer.actual()));
    // Each is asked once: a state that changed while sorting would break the order of the sort.
    List<KnownPeer> peers = new ArrayList<>(distinct.size());
    List<KnownPeer> others = new ArrayList<>();
    for (KnownPeer peer : distinct) {
      (peer.state() == Peer.State.CONNECTED ? peers : others).add(peer);
    }
    peers.addAll(others);
    return peers;
  }
}
