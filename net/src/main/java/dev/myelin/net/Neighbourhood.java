package dev.myelin.net;

import dev.myelin.net.shared.ForeignMemory;
import dev.myelin.net.shared.Host;
import dev.myelin.net.shared.Ledger;
import dev.myelin.net.shared.SharedBlocks;
import dev.myelin.net.shared.SharedMemory;
import dev.myelin.tensor.LeakException;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.Limits;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// What one transport shares with the other processes of this machine: the memory it hands tensors
/// over in, what others have of it, and what it has of others.
final class Neighbourhood implements Watchdog.Watched {
  private static final System.Logger LOG = System.getLogger(Neighbourhood.class.getName());

  private final Transport transport;
  private final Optional<String> whyNot;
  private final SharedBlocks blocks = new SharedBlocks();
  private final TensorPool pool;
  private final TensorPool given;
  private final TensorPool copies;
  private final Set<Ledger> ledgers = ConcurrentHashMap.newKeySet();
  private final ForeignMemory foreign;
  private final int mostRings;
  private final AtomicInteger rings = new AtomicInteger();
  private final long boot;
  private final long uid;

  private Neighbourhood(Transport transport, Optional<String> whyNot, long boot, long uid) {
    this.transport = transport;
    this.whyNot = whyNot;
    this.boot = boot;
    this.uid = uid;
    Limits.Sharing limits = transport.limits().sharing();
    String name = transport.threadName("shared");
    this.pool =
        whyNot.isEmpty()
            ? TensorPool.open(name, limits.poolBytes(), blocks)
            : TensorPool.open(name, limits.poolBytes());
    this.given = pool.child(name + "-given", limits.poolBytes());
    this.copies = pool.child(name + "-copies", limits.poolBytes());
    this.foreign = ForeignMemory.within(limits, uid);
    this.mostRings = limits.rings();
  }

  static Neighbourhood open(Transport transport) {
    Optional<String> whyNot = SharedMemory.whyNot();
    if (transport.config().links().neighbours() == NodeConfig.Neighbours.SOCKET) {
      whyNot = Optional.of("neighbours are reached through the socket, as configured");
    }
    long boot = 0;
    long uid = 0;
    if (whyNot.isEmpty()) {
      try {
        boot = Host.boot();
        uid = Host.uid();
      } catch (IOException e) {
        whyNot = Optional.of("the system does not tell who we are: " + e);
      }
    }
    whyNot.ifPresent(why -> LOG.log(System.Logger.Level.DEBUG, "no shared memory: {0}", why));
    return new Neighbourhood(transport, whyNot, boot, uid);
  }

  /// Returns why nothing is shared; empty if it is.
  Optional<String> whyNot() {
    return whyNot;
  }

  long boot() {
    return boot;
  }

  long uid() {
    return uid;
  }

  /// Returns the pool whose tensors neighbours are given as they lie.
  TensorPool given() {
    return given;
  }

  /// Returns the pool for copies of tensors that lie elsewhere.
  TensorPool copies() {
    return copies;
  }

  SharedBlocks blocks() {
    return blocks;
  }

  ForeignMemory foreign() {
    return foreign;
  }

  /// Takes memory for the frames of one more connection into account; returns whether it may have
  /// some.
  boolean takeRings() {
    return rings.getAndUpdate(taken -> Math.min(taken + 1, mostRings)) < mostRings;
  }

  /// Notes that a connection has given such memory back.
  void giveRings() {
    rings.getAndDecrement();
  }

  /// Returns how many connections have such memory.
  int rings() {
    return rings.get();
  }

  /// Says why a connection may have none.
  String noRings() {
    return "rings: " + rings.get() + " in use (expected: < " + mostRings + ")";
  }

  /// Keeps in mind what a peer has of ours, until its connection ends.
  void opened(Ledger ledger) {
    ledgers.add(ledger);
  }

  /// Notes the end of a connection to that process.
  void ended(Ledger ledger, long process) {
    ledger.close();
    ledgers.remove(ledger);
    foreign.left(process);
  }

  /// Unmaps what nobody has used for a while.
  @Override
  public void look(long nowNanos, boolean slept) {
    foreign.sweep(nowNanos);
  }

  /// Gives all memory back but what tensors still lie in, once all connections were closed.
  ///
  /// @throws dev.myelin.tensor.LeakException if tensors of the shared pool are still open here
  void close() {
    transport.watchdog().forget(this);
    ledgers.forEach(Ledger::close);
    foreign.close();
    closeCopies();
    pool.close();
  }

  private void closeCopies() {
    try {
      copies.close();
    } catch (LeakException e) {
      // A sender is still copying; it finds its connection closed then, and gives the copy back.
    }
  }
}
