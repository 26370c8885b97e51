package dev.myelin.net.pattern;

import dev.myelin.net.pipe.Pipe;
import dev.myelin.wire.parts.Parts;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/// What a subscriber wants, told to each of its peers once.
///
/// Its lock is held while peers are told, so that none misses a change or is told twice.
final class Interests implements Hub.Rules {
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Topic, Integer> counts = new HashMap<>(); // guarded by lock
  private final PrefixTree<Topic> tree = new PrefixTree<>(); // guarded by lock
  private final List<Pipe> told = new ArrayList<>(); // guarded by lock
  private int longest; // guarded by lock

  void subscribe(byte[] prefix) {
    Topic key = Topic.of(prefix.clone());
    lock.lock();
    try {
      if (counts.merge(key, 1, Integer::sum) == 1) {
        boolean _ = tree.add(key.bytes(), key);
        longest = Math.max(longest, prefix.length);
        told.forEach(pipe -> pipe.subscribe(key.bytes(), true));
      }
    } finally {
      lock.unlock();
    }
  }

  void unsubscribe(byte[] prefix) {
    Topic key = Topic.of(prefix.clone());
    lock.lock();
    try {
      Integer count = counts.get(key);
      if (count == null) {
        throw new IllegalArgumentException(
            "unsubscribe: a prefix of %d bytes that is not subscribed (expected: one of %d)"
                .formatted(prefix.length, counts.size()));
      }
      if (count > 1) {
        counts.put(key, count - 1);
        return;
      }
      counts.remove(key);
      boolean _ = tree.remove(key.bytes(), key);
      told.forEach(pipe -> pipe.subscribe(key.bytes(), false));
    } finally {
      lock.unlock();
    }
  }

  /// Returns whether a message is wanted now.
  boolean wants(Parts message) {
    lock.lock();
    try {
      byte[] topic =
          message.onHeap(0)
              ? message.bytes(0)
              : message
                  .segment(0)
                  .asSlice(0, Math.min(longest, message.size(0)))
                  .toArray(ValueLayout.JAVA_BYTE);
      return tree.matches(topic);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void came(Pipe pipe) {
    lock.lock();
    try {
      told.add(pipe);
      counts.keySet().forEach(prefix -> pipe.subscribe(prefix.bytes(), true));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void left(Pipe pipe) {
    lock.lock();
    try {
      told.remove(pipe);
    } finally {
      lock.unlock();
    }
  }
}
