package dev.myelin.net.shared;

import dev.myelin.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;

/// The tensors of this process that others have: each is kept until its holder says it is done, or
/// is gone.
///
/// Memory that a living process may still read must not serve another tensor, so the end of a
/// connection alone brings nothing back: the same process may come again, and free what it holds.
public final class Ledger implements AutoCloseable {
  /// A process while it lives.
  ///
  /// @param started what tells it from one that gets the same number later
  public record Holder(long pid, long started) {
    /// Returns whether it has ended.
    public boolean gone() {
      return !Host.started(pid).equals(OptionalLong.of(started));
    }
  }

  private record Entry(Tensor tensor, Holder holder, Object connection, int stream) {}

  private final Map<Long, Entry> entries = new HashMap<>(); // guarded by this
  private final Set<Holder> orphans = new HashSet<>(); // guarded by this
  private long next = 1; // guarded by this
  private boolean closed; // guarded by this

  /// Nothing is out yet.
  public Ledger() {}

  /// Takes a tensor over and returns the number under which its holder frees it.
  ///
  /// @param connection over which the holder hears of it, on `stream`
  public synchronized long add(Tensor tensor, Holder holder, Object connection, int stream) {
    if (closed) {
      throw new IllegalStateException("the ledger was closed");
    }
    long id = next++;
    entries.put(id, new Entry(tensor, holder, connection, stream));
    return id;
  }

  /// Takes back what that holder is done with; what it never had is passed over.
  public void free(Holder holder, List<Long> ids) {
    List<Tensor> back = new ArrayList<>();
    synchronized (this) {
      for (Long id : ids) {
        Entry entry = entries.get(id);
        if (entry != null && entry.holder.equals(holder)) {
          entries.remove(id);
          back.add(entry.tensor);
        }
      }
    }
    back.forEach(Tensor::close);
  }

  /// Takes back what never left.
  public void revoke(long id) {
    Entry entry;
    synchronized (this) {
      entry = entries.remove(id);
    }
    if (entry != null) {
      entry.tensor.close();
    }
  }

  /// Takes back what the holder declined.
  public void declined(Object connection, int stream) {
    takeBack(entry -> entry.stream == stream && entry.connection.equals(connection));
  }

  /// Notes that a connection to that holder ended; what it has comes back when it does.
  public void left(Holder holder) {
    synchronized (this) {
      orphans.add(holder);
    }
    sweep();
  }

  /// Notes that the holder is there again.
  public synchronized void came(Holder holder) {
    orphans.remove(holder);
  }

  /// Takes back what processes had that ended.
  public void sweep() {
    List<Holder> asked;
    synchronized (this) {
      if (orphans.isEmpty()) {
        return;
      }
      asked = List.copyOf(orphans);
    }
    for (Holder holder : asked) {
      if (holder.gone()) {
        takeBack(entry -> entry.holder.equals(holder));
        came(holder);
      } else if (!holds(holder)) {
        came(holder);
      }
    }
  }

  private synchronized boolean holds(Holder holder) {
    return entries.values().stream().anyMatch(entry -> entry.holder.equals(holder));
  }

  private void takeBack(Predicate<Entry> which) {
    List<Tensor> back = new ArrayList<>();
    synchronized (this) {
      for (Iterator<Entry> all = entries.values().iterator(); all.hasNext(); ) {
        Entry entry = all.next();
        if (which.test(entry)) {
          all.remove();
          back.add(entry.tensor);
        }
      }
    }
    back.forEach(Tensor::close);
  }

  /// Returns how many tensors are out that were handed over that connection.
  public synchronized long out(Object connection) {
    return entries.values().stream().filter(entry -> entry.connection.equals(connection)).count();
  }

  /// Returns how many tensors are out.
  public synchronized int size() {
    return entries.size();
  }

  /// Takes everything back. Only for a pool that gives out nothing more: others may still read.
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    takeBack(_ -> true);
  }
}
