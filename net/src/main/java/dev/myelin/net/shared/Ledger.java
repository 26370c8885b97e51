package dev.myelin.net.shared;

import dev.myelin.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// The tensors of this process that the other side of one connection has: each is kept until that
/// side says it is done with it, or the connection ends.
///
/// Once the connection has ended nobody tells what the other process still reads, and memory that a
/// living process may read must not serve another tensor. So what is out then is abandoned: this
/// process unmaps it and uses it for nothing else, and the other has it for as long as it likes.
public final class Ledger implements AutoCloseable {
  private record Entry(Tensor tensor, int stream) {}

  private final Map<Long, Entry> entries = new HashMap<>(); // guarded by this
  private long next = 1; // guarded by this
  private boolean closed; // guarded by this

  /// Nothing is out yet.
  public Ledger() {}

  /// Takes a tensor over and returns the number under which its holder frees it; empty if the
  /// connection has ended, and then nothing was taken.
  ///
  /// @param stream on which the holder hears of it
  public synchronized OptionalLong add(Supplier<Tensor> tensor, int stream) {
    if (closed) {
      return OptionalLong.empty();
    }
    long id = next++;
    entries.put(id, new Entry(tensor.get(), stream));
    return OptionalLong.of(id);
  }

  /// Takes back what the holder is done with; what it does not have is passed over.
  public void free(List<Long> ids) {
    List<Tensor> back = new ArrayList<>();
    synchronized (this) {
      for (Long id : ids) {
        Entry entry = entries.remove(id);
        if (entry != null) {
          back.add(entry.tensor);
        }
      }
    }
    back.forEach(Tensor::close);
  }

  /// Takes back what the holder declined.
  public void declined(int stream) {
    takeOut(entry -> entry.stream == stream).forEach(Tensor::close);
  }

  /// Abandons a tensor of which nobody knows whether the holder has heard.
  public void withdraw(long id) {
    Entry entry;
    synchronized (this) {
      entry = entries.remove(id);
    }
    if (entry != null) {
      entry.tensor.abandon();
    }
  }

  private synchronized List<Tensor> takeOut(Predicate<Entry> which) {
    List<Tensor> back = new ArrayList<>();
    for (Iterator<Entry> all = entries.values().iterator(); all.hasNext(); ) {
      Entry entry = all.next();
      if (which.test(entry)) {
        all.remove();
        back.add(entry.tensor);
      }
    }
    return back;
  }

  /// Returns how many tensors are out.
  public synchronized int size() {
    return entries.size();
  }

  /// Abandons what is out: the connection has ended. Twice is harmless, and returns after the
  /// first.
  @Override
  public synchronized void close() {
    closed = true;
    takeOut(_ -> true).forEach(Tensor::abandon);
  }
}
