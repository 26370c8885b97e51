package dev.myelin.net;

import dev.myelin.net.pipe.PipeOwner;
import dev.myelin.net.pipe.PipeTerms;
import dev.myelin.net.pipe.Plumbing;
import dev.myelin.wire.Carrier;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.PartsSecurity;
import dev.myelin.wire.parts.PartsSession;
import dev.myelin.wire.parts.PartsTerms;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/// Keeps a pipe to every node of the community that offers a service: each that is connected is
/// asked. One that does not offer it says so when it offers more; it is asked again then, and ever
/// more rarely without a word.
final class ServiceSeeker implements Plumbing.Use {
  private static final Duration LOOK = Duration.ofMillis(100);

  /// How long it may take to see that a node has left that does not offer the service.
  private static final Duration LOOK_AWAY = Duration.ofSeconds(1);

  private final Pipeworks works;
  private final Supplier<List<Peer>> peers;
  private final String service;
  private final PipeTerms terms;
  private final PipeOwner owner;
  private final Plumbing.Use within;
  private final Set<PeerId> asked = ConcurrentHashMap.newKeySet();
  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition closing = lock.newCondition();
  private final Map<PeerId, Integer> words = new HashMap<>(); // guarded by lock: heard of services
  private boolean closed; // guarded by lock

  /// @param within the same service offered by this very node
  private ServiceSeeker(
      Pipeworks works, String service, PipeTerms terms, PipeOwner owner, Plumbing.Use within) {
    this.works = works;
    this.peers = works.peers();
    this.service = service;
    this.terms = terms;
    this.owner = owner;
    this.within = within;
  }

  static ServiceSeeker begin(
      Pipeworks works, String service, PipeTerms terms, PipeOwner owner, Plumbing.Use within) {
    ServiceSeeker seeker = new ServiceSeeker(works, service, terms, owner, within);
    works.services().watch(seeker);
    Thread _ =
        works.transport().tasks().fork(works.transport().threadName("services"), seeker::run);
    return seeker;
  }

  @Override
  public String endpoint() {
    return Pipeworks.SERVICE + service;
  }

  @Override
  public void close(boolean withPipes) {
    lock.lock();
    try {
      closed = true;
      closing.signalAll();
    } finally {
      lock.unlock();
    }
    works.services().forget(this);
    within.close(withPipes);
    if (withPipes) {
      links.forEach(Link::close);
    }
  }

  private void run() throws InterruptedException {
    do {
      for (Peer peer : peers.get()) {
        Optional<PeerId> id = peer.id();
        if (id.isPresent() && isThere(peer) && asked.add(id.get())) {
          Thread _ =
              works
                  .transport()
                  .tasks()
                  .fork(
                      works.transport().config().links().threads(),
                      works.transport().threadName("service-" + id.get().brief()),
                      () -> keep(peer, id.get()));
        }
      }
    } while (pause(LOOK));
  }

  private static boolean isThere(Peer peer) {
    return peer.state() == Peer.State.CONNECTED && peer.proven();
  }

  /// Takes that a node offers something that it did not offer before.
  void heardOf(PeerId node) {
    lock.lock();
    try {
      if (asked.contains(node)) {
        words.merge(node, 1, Integer::sum);
        closing.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  private int words(PeerId node) {
    lock.lock();
    try {
      return words.getOrDefault(node, 0);
    } finally {
      lock.unlock();
    }
  }

  /// Asks one node until it leaves.
  private void keep(Peer peer, PeerId id) throws InterruptedException {
    Backoff backoff = new Backoff(works.transport().random(), terms.options().waits().reconnect());
    Backoff rarely = new Backoff(works.transport().random(), works.services().nobodyThere());
    try {
      boolean goesOn = true;
      while (goesOn && isThere(peer)) {
        int heard = words(id);
        IOException reason = serve(peer, backoff);
        if (reason instanceof PeerException.Refused) {
          // However much it has to say, it is not asked more often than that.
          goesOn = pause(LOOK) && pause(peer, id, heard, rarely);
        } else {
          rarely.reset();
          tell(reason);
          goesOn = pause(backoff.next());
        }
      }
    } finally {
      leave(id);
    }
  }

  private void tell(IOException reason) {
    if (!isClosed()) {
      owner.failed(endpoint(), reason);
    }
  }

  private void leave(PeerId id) {
    lock.lock();
    try {
      asked.remove(id);
      words.remove(id);
    } finally {
      lock.unlock();
    }
  }

  /// Waits until a node that did not offer the service has said that it offers more, has left, or
  /// was left alone for long enough; returns false once this was closed.
  private boolean pause(Peer peer, PeerId id, int heard, Backoff rarely)
      throws InterruptedException {
    long deadline = System.nanoTime() + rarely.next().toNanos();
    boolean goesOn = true;
    while (goesOn && isThere(peer) && deadline - System.nanoTime() > 0) {
      if (words(id) != heard) {
        rarely.reset();
        return true;
      }
      goesOn = pauseUnlessHeard(id, heard, deadline);
    }
    return goesOn;
  }

  /// Waits a moment, or until the node has said that it offers more; returns false once this was
  /// closed.
  private boolean pauseUnlessHeard(PeerId id, int heard, long deadline)
      throws InterruptedException {
    long left = Math.min(deadline - System.nanoTime(), LOOK_AWAY.toNanos());
    lock.lock();
    try {
      while (!closed && left > 0 && words.getOrDefault(id, 0) == heard) {
        left = closing.awaitNanos(left);
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  private IOException serve(Peer peer, Backoff backoff) {
    IOException last = new PeerException.Unreachable(peer.id() + " has no endpoint", null);
    for (Endpoint at : peer.endpoints()) {
      try {
        return serve(works.transport().carry(at), backoff);
      } catch (IOException e) {
        last = hungUp(e) ? new PeerException.Refused(e + " (expected: an answer)") : e;
      }
    }
    return last;
  }

  /// Returns whether a node hung up instead of an answer, which says no less than a refusal: it may
  /// have our address pause.
  private static boolean hungUp(IOException e) {
    return e instanceof PeerException.Closed || !(e instanceof PeerException);
  }

  private IOException serve(Dialler.Carried there, Backoff backoff) throws IOException {
    links.add(there.link());
    try {
      if (isClosed()) {
        there.link().close();
      }
      PartsSession session = shakeHands(there);
      backoff.reset();
      return works.pump(there.link(), session, terms, owner, there.carrier()).run();
    } finally {
      links.remove(there.link());
      there.link().close();
    }
  }

  private PartsSession shakeHands(Dialler.Carried there) throws IOException {
    Link link = there.link();
    try (Deadline _ = new Deadline(link, works.transport().limits().waits().handshake())) {
      return Dialects.patterns().dial(link.source(), link.sink(), asked(there.carrier()));
    }
  }

  private PartsTerms asked(Carrier carrier) {
    NodeConfig.Identity identity = works.transport().config().identity();
    Map<String, String> told = new HashMap<>(PipeNeighbour.properties(works.transport()));
    told.put(Services.PROPERTY, service);
    return new PartsTerms(
        Set.of(terms.role()),
        terms.options().routingId(),
        told,
        new PartsSecurity.Member(identity.key(), identity.community(), carrier),
        terms.options().limits());
  }

  private boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /// Waits a while; returns false once this was closed.
  private boolean pause(Duration limit) throws InterruptedException {
    long left = limit.toNanos();
    lock.lock();
    try {
      while (!closed && left > 0) {
        left = closing.awaitNanos(left);
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }
}
