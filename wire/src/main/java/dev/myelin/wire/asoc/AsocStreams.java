package dev.myelin.wire.asoc;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The incoming streams of one connection by their id.
///
/// A table of its own because a map would allocate a key for every frame.
final class AsocStreams {
  private static final int BUCKETS = 64;

  private final @Nullable AsocStream[] buckets = new AsocStream[BUCKETS];
  private int size;

  int size() {
    return size;
  }

  @Nullable AsocStream get(int id) {
    AsocStream stream = buckets[bucket(id)];
    while (stream != null && stream.id != id) {
      stream = stream.next;
    }
    return stream;
  }

  /// Returns the stream of that number; one that was parked and has memory by now, in its memory.
  @Nullable AsocStream find(int id) {
    AsocStream stream = get(id);
    if (stream instanceof AsocParked parked) {
      AsocStream.Described landed = parked.landed();
      if (landed != null) {
        replace(parked, landed);
        return landed;
      }
    }
    return stream;
  }

  /// Adds a stream whose id is not in the table.
  void add(AsocStream stream) {
    int bucket = bucket(stream.id);
    stream.next = buckets[bucket];
    buckets[bucket] = stream;
    size++;
  }

  void remove(AsocStream stream) {
    int bucket = bucket(stream.id);
    AsocStream at = buckets[bucket];
    if (at == stream) {
      buckets[bucket] = stream.next;
      size--;
      return;
    }
    while (at != null && at.next != stream) {
      at = at.next;
    }
    if (at != null) {
      at.next = stream.next;
      size--;
    }
  }

  /// Puts one stream in the place of another with the same id, its counts kept.
  void replace(AsocStream old, AsocStream by) {
    remove(old);
    by.frames = old.frames;
    by.bytes = old.bytes;
    by.startBytes = old.startBytes;
    add(by);
  }

  /// Empties the table and returns what was in it.
  List<AsocStream> clear() {
    List<AsocStream> all = new ArrayList<>(size);
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
      for (AsocStream at = buckets[bucket]; at != null; at = at.next) {
        all.add(at);
      }
      buckets[bucket] = null;
    }
    size = 0;
    return all;
  }

  // Stock ids are all odd and count up; the golden ratio spreads them.
  private static int bucket(int id) {
    return (id * 0x9E3779B9) >>> 26;
  }
}
