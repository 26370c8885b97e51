package dev.myelin.net.pattern;

import dev.myelin.net.pipe.Pipe;
import dev.myelin.net.pipe.Plumbing;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.PartsLimits;
import dev.myelin.wire.parts.SocketRole;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The publishing side: who wants what, and one message for all of them.
///
/// One lock over matching and handing out, so that a new subscriber never sees the last value of a
/// topic after a newer one. Handing out never waits.
final class Fanout implements Hub.Rules {
  private static final System.Logger LOG = System.getLogger(Fanout.class.getName());

  /// Up to so many subscribers are woken by the thread that publishes.
  private static final int FEW = 4;

  /// Takes that a prefix is wanted by a first peer, or no longer by a last one.
  @FunctionalInterface
  interface Watcher {
    void changed(byte[] prefix, boolean wanted);
  }

  /// One subscriber.
  private static final class Reader {
    final Pipe pipe;
    final Set<Topic> prefixes = new HashSet<>();
    long stamp; // of the last message it was given, so that none comes twice

    Reader(Pipe pipe) {
      this.pipe = pipe;
    }
  }

  private final Hub hub;
  private final PartsLimits limits;
  private final @Nullable LatestByTopic latest; // guarded by lock
  private final Watcher watcher;
  private final boolean hears;
  private final ReentrantLock lock = new ReentrantLock();
  private final PrefixTree<Reader> tree = new PrefixTree<>(); // guarded by lock
  private final Map<Pipe, Reader> readers = new HashMap<>(); // guarded by lock
  private final AtomicInteger wanting = new AtomicInteger();
  private final List<Reader> matching = new ArrayList<>(); // guarded by lock
  private long stamp; // guarded by lock
  private boolean ended; // guarded by lock

  Fanout(
      SocketRole role,
      Plumbing plumbing,
      SocketOptions options,
      Publishing.LastValues last,
      Watcher watcher) {
    this.limits = options.limits();
    this.latest = last.topics() == 0 ? null : new LatestByTopic(last);
    this.watcher = watcher;
    this.hears = role == SocketRole.XPUB;
    this.hub = new Hub(role, options, plumbing, this);
  }

  Hub hub() {
    return hub;
  }

  boolean keepsLatest() {
    return latest != null;
  }

  /// Gives a message to everybody who wants it; returns how many had room.
  int publish(Parts message) {
    hub.outflow().requireOpenFor(message);
    byte[] topic = topic(message);
    try (Shared shared = new Shared(message)) {
      lock.lock();
      try {
        if (latest != null && !ended) {
          latest.put(topic, shared);
        }
        stamp++;
        tree.match(topic, this::note);
        return give(shared);
      } finally {
        matching.clear();
        lock.unlock();
      }
    }
  }

  private void note(Reader reader) {
    if (reader.stamp != stamp) {
      reader.stamp = stamp;
      matching.add(reader);
    }
  }

  private int give(Shared shared) {
    Outflow.Manner manner =
        matching.size() > FEW ? Outflow.Manner.AMONG_MANY : Outflow.Manner.QUEUED;
    int reached = 0;
    for (int i = 0; i < matching.size(); i++) {
      if (hub.outflow().sendOrDrop(matching.get(i).pipe, shared.share(), manner)) {
        reached++;
      }
    }
    return reached;
  }

  /// Returns as much of the first part as any prefix could match.
  private byte[] topic(Parts message) {
    if (message.onHeap(0)) {
      return message.bytes(0);
    }
    long count = Math.min(message.size(0), limits.subscriptionBytes());
    return message.segment(0).asSlice(0, count).toArray(ValueLayout.JAVA_BYTE);
  }

  boolean awaitSubscribers(int count, Duration limit) throws InterruptedException {
    return hub.outflow().await(() -> wanting.get() >= count, limit);
  }

  @Override
  public boolean hears() {
    return hears;
  }

  @Override
  public void subscribed(Pipe pipe, byte[] prefix, boolean wanted) {
    lock.lock();
    try {
      if (wanted) {
        add(pipe, prefix.clone());
      } else {
        remove(pipe, prefix);
      }
    } finally {
      lock.unlock();
    }
    hub.outflow().recheck();
  }

  private void add(Pipe pipe, byte[] prefix) {
    if (Seat.of(pipe).gone) {
      return; // nobody would ever take it out again
    }
    Reader reader = readers.computeIfAbsent(pipe, Reader::new);
    boolean tooMany = reader.prefixes.size() >= limits.subscriptions();
    if (tooMany || prefix.length > limits.subscriptionBytes()) {
      LOG.log(
          System.Logger.Level.WARNING,
          "{0}: a subscription of {1} bytes after {2} (expected: <= {3} bytes, <= {4} of them)",
          pipe.remote(),
          prefix.length,
          reader.prefixes.size(),
          limits.subscriptionBytes(),
          limits.subscriptions());
      return;
    }
    if (!reader.prefixes.add(Topic.of(prefix))) {
      return;
    }
    if (reader.prefixes.size() == 1) {
      wanting.incrementAndGet();
    }
    boolean first = !tree.has(prefix);
    boolean _ = tree.add(prefix, reader);
    if (first) {
      watcher.changed(prefix, true);
    }
    if (latest != null) {
      latest.forEach(
          prefix, each -> hub.outflow().sendOrDrop(pipe, each.share(), Outflow.Manner.QUEUED));
    }
  }

  private void remove(Pipe pipe, byte[] prefix) {
    Reader reader = readers.get(pipe);
    if (reader != null && reader.prefixes.remove(Topic.of(prefix))) {
      if (reader.prefixes.isEmpty()) {
        wanting.decrementAndGet();
      }
      forget(reader, prefix);
    }
  }

  private void forget(Reader reader, byte[] prefix) {
    boolean _ = tree.remove(prefix, reader);
    if (!tree.has(prefix)) {
      watcher.changed(prefix, false);
    }
  }

  @Override
  public void left(Pipe pipe) {
    lock.lock();
    try {
      Reader reader = readers.remove(pipe);
      if (reader != null && !reader.prefixes.isEmpty()) {
        wanting.decrementAndGet();
        reader.prefixes.forEach(prefix -> forget(reader, prefix.bytes()));
      }
    } finally {
      lock.unlock();
    }
  }

  /// Lets go of what was kept for later subscribers.
  void end() {
    lock.lock();
    try {
      ended = true;
      if (latest != null) {
        latest.close();
      }
    } finally {
      lock.unlock();
    }
  }
}
