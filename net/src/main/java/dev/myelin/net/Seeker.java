package dev.myelin.net;

import dev.myelin.wire.PeerException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Keeps one peer connected: dials all its addresses until one answers, waits while it is
/// connected, begins again when it is lost. Peers on dead addresses delay nobody else: each has a
/// seeker of its own.
final class Seeker {
  private static final Duration STAGGER = Duration.ofMillis(100);
  private static final Duration IDLE = Duration.ofSeconds(30);
  private static final long FORGET_NANOS = Duration.ofSeconds(60).toNanos();
  private static final int FORGET_FAILURES = 3;

  /// What a seeker needs of its node.
  interface Home {
    Transport transport();

    /// Returns whether that address and port are this node's own.
    boolean isSelf(InetAddress address, int port);

    /// Takes a finished connection over.
    void attach(Connection connection, KnownPeer dialled);

    /// Ends a finished connection that is not needed; the other side may be using it already.
    void letGo(Connection connection, KnownPeer dialled);

    void forget(KnownPeer peer);
  }

  private record Outcome(
      Endpoint endpoint, @Nullable Connection connection, @Nullable IOException failure) {}

  private final Home home;
  private final KnownPeer peer;
  private final Backoff backoff;

  Seeker(Home home, KnownPeer peer, RandomGenerator random) {
    this.home = home;
    this.peer = peer;
    this.backoff = new Backoff(random);
  }

  /// Runs until interrupted, or until the peer is forgotten or turned out to be another.
  ///
  /// @param head how long the peer is given to dial us first
  void run(Duration head) throws InterruptedException {
    peer.await(this::satisfied, head);
    while (peer.actual() == peer) {
      if (satisfied()) {
        backoff.reset();
        peer.await(() -> !satisfied(), IDLE);
        continue;
      }
      List<Endpoint> endpoints = peer.endpoints().stream().filter(this::isElsewhere).toList();
      if (!endpoints.isEmpty()) {
        dial(endpoints);
      }
      if (!satisfied()) {
        if (stale(endpoints)) {
          home.forget(peer);
          return;
        }
        peer.await(this::satisfied, backoff.next());
      }
    }
  }

  private boolean satisfied() {
    return peer.actual() != peer || peer.state() == Peer.State.CONNECTED;
  }

  private boolean stale(List<Endpoint> endpoints) {
    boolean unseen = peer.unseenNanos() > FORGET_NANOS;
    return !peer.fixed()
        && unseen
        && (endpoints.isEmpty() || backoff.failures() >= FORGET_FAILURES);
  }

  private void dial(List<Endpoint> endpoints) throws InterruptedException {
    peer.dialling(true);
    try {
      Outcome outcome = race(endpoints);
      if (outcome.connection() != null) {
        home.attach(outcome.connection(), peer);
      } else if (outcome.failure() != null) {
        peer.note(String.valueOf(outcome.failure().getMessage()));
      }
    } finally {
      peer.dialling(false);
    }
  }

  /// Dials the addresses a moment apart; the first that answers wins and the others are given up.
  private Outcome race(List<Endpoint> endpoints) throws InterruptedException {
    BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
    AtomicBoolean over = new AtomicBoolean();
    // A look-up of a name cannot be interrupted: nobody waits for the losers, they clean up after
    // themselves.
    try (Tasks attempts = new Tasks(Duration.ZERO)) {
      int waiting = 0;
      Outcome last = new Outcome(endpoints.getFirst(), null, null);
      for (Endpoint endpoint : endpoints) {
        attempts.fork(
            home.transport().config().links().threads(),
            home.transport().threadName("dialler-" + endpoint.port()),
            () -> report(attempt(endpoint), outcomes, over));
        waiting++;
        Outcome early = outcomes.poll(STAGGER.toNanos(), TimeUnit.NANOSECONDS);
        if (early != null) {
          waiting--;
          last = early;
        }
        if (last.connection() != null) {
          break;
        }
      }
      while (last.connection() == null && waiting > 0) {
        last = outcomes.take();
        waiting--;
      }
      return last;
    } finally {
      over.set(true);
      for (Outcome late = outcomes.poll(); late != null; late = outcomes.poll()) {
        discard(late);
      }
    }
  }

  private void report(Outcome outcome, BlockingQueue<Outcome> outcomes, AtomicBoolean over) {
    outcomes.add(outcome);
    if (over.get() && outcomes.remove(outcome)) {
      discard(outcome);
    }
  }

  private void discard(Outcome late) {
    if (late.connection() != null) {
      home.letGo(late.connection(), peer);
    }
  }

  private Outcome attempt(Endpoint endpoint) {
    try {
      return new Outcome(endpoint, home.transport().dial(endpoint), null);
    } catch (IOException e) {
      return new Outcome(endpoint, null, e);
    } catch (RuntimeException e) {
      return new Outcome(
          endpoint, null, new PeerException.Unreachable(endpoint + ": " + e.getMessage(), e));
    }
  }

  /// Returns whether the address is not our own: lists of peers often name the node itself.
  private boolean isElsewhere(Endpoint endpoint) {
    try {
      for (InetAddress address : home.transport().resolver().all(endpoint.host())) {
        if (home.isSelf(address, endpoint.port())) {
          return false;
        }
      }
      return true;
    } catch (UnknownHostException e) {
      return true; // dialling it will say what is wrong
    }
  }
}
