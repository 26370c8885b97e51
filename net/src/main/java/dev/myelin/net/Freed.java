package dev.myelin.net;

import dev.myelin.wire.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The tensors of a peer that were closed here and that it is still to be told of. All that keeps
/// of its connection a tensor that outlives it.
final class Freed {
  private final ConcurrentLinkedQueue<Long> ids = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean saying = new AtomicBoolean();
  private volatile @Nullable Consumer<Message> courier;

  /// @param courier carries what is to be said, without waiting
  Freed(Consumer<Message> courier) {
    this.courier = courier;
  }

  /// Leaves it to the courier that a tensor is closed. Behind the end of the connection there is
  /// nothing to say: its giver uses that memory no more.
  void add(long id) {
    Consumer<Message> to = courier;
    if (to == null) {
      return;
    }
    ids.add(id);
    if (saying.compareAndSet(false, true)) {
      to.accept(new Message.Free(List.of())); // stands for what is known once it is sent
    }
  }

  /// Returns what is to be said now.
  List<Long> take() {
    saying.set(false);
    List<Long> all = new ArrayList<>();
    for (Long id = ids.poll(); id != null; id = ids.poll()) {
      all.add(id);
    }
    return all;
  }

  /// Notes that the connection ended.
  void end() {
    courier = null;
    ids.clear();
  }
}
