package dev.myelin.net;

import dev.myelin.net.shared.ForeignMemory;
import dev.myelin.net.shared.Host;
import dev.myelin.net.shared.Ledger;
import dev.myelin.net.shared.SharedBlocks;
import dev.myelin.net.shared.SharedMemory;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.Limits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

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
  private final Ledger ledger = new Ledger();
  private final ForeignMemory foreign;
  private final Set<Neighbour> neighbours = ConcurrentHashMap.newKeySet();
  private final long boot;
  private final long uid;

  /// What is closed here, but whose owner has no connection to hear it. Guarded by itself.
  private final Map<Ledger.Holder, List<Long>> unsaid = new HashMap<>();

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

  Ledger ledger() {
    return ledger;
  }

  ForeignMemory foreign() {
    return foreign;
  }

  /// Notes a connection to a process of this machine.
  void came(Neighbour neighbour, Ledger.Holder who) {
    neighbours.add(neighbour);
    ledger.came(who);
    List<Long> ids;
    synchronized (unsaid) {
      ids = unsaid.remove(who);
    }
    if (ids != null) {
      ids.forEach(id -> freed(who, id));
    }
  }

  void left(Neighbour neighbour, Ledger.@Nullable Holder who, List<Long> toSay) {
    neighbours.remove(neighbour);
    if (who != null) {
      toSay.forEach(id -> freed(who, id));
      ledger.left(who);
    }
  }

  /// Tells the owner of a tensor that it is closed here; later, if there is no connection now.
  void freed(Ledger.Holder owner, long id) {
    for (Neighbour neighbour : neighbours) {
      if (neighbour.leads(owner) && neighbour.free(id)) {
        return;
      }
    }
    synchronized (unsaid) {
      unsaid.computeIfAbsent(owner, _ -> new ArrayList<>()).add(id);
    }
  }

  /// Looks after what processes left behind.
  @Override
  public void look(long nowNanos, boolean slept) {
    ledger.sweep();
    foreign.sweep(nowNanos);
    synchronized (unsaid) {
      if (!unsaid.isEmpty()) {
        unsaid.keySet().removeIf(Ledger.Holder::gone);
      }
    }
  }

  /// Takes back what neighbours have, and unmaps what is theirs.
  ///
  /// @throws dev.myelin.tensor.LeakException if tensors of the shared pool are still open here
  void close() {
    transport.watchdog().forget(this);
    ledger.close();
    foreign.close();
    pool.close();
  }
}
