package dev.myelin.net.pattern;

import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The last message of each topic, within a bound: the topics that were quiet for longest fall out.
///
/// Used under a lock of its owner.
final class LatestByTopic implements AutoCloseable {
  private final Map<Topic, Shared> kept = new LinkedHashMap<>();
  private final Publishing.LastValues most;
  private long bytes;

  LatestByTopic(Publishing.LastValues most) {
    this.most = most;
  }

  /// Keeps a message in place of the one before; one that is larger than all that may be kept only
  /// ends that one.
  void put(byte[] topic, Shared message) {
    Topic key = Topic.of(topic);
    drop(kept.remove(key));
    long size = message.message().totalBytes();
    if (size > most.bytes()) {
      return;
    }
    Iterator<Shared> oldest = kept.values().iterator();
    while (oldest.hasNext() && (kept.size() >= most.topics() || bytes + size > most.bytes())) {
      Shared old = oldest.next();
      oldest.remove();
      drop(old);
    }
    bytes += size;
    kept.put(key, message.hold());
  }

  private void drop(@Nullable Shared old) {
    if (old != null) {
      bytes -= old.message().totalBytes();
      old.close();
    }
  }

  /// Gives what is kept of every topic that begins so, the one that was quiet for longest first.
  void forEach(byte[] prefix, Consumer<Shared> taker) {
    for (Map.Entry<Topic, Shared> each : kept.entrySet()) {
      byte[] topic = each.getKey().bytes();
      if (topic.length >= prefix.length
          && Arrays.equals(topic, 0, prefix.length, prefix, 0, prefix.length)) {
        taker.accept(each.getValue());
      }
    }
  }

  @Override
  public void close() {
    kept.values().forEach(Shared::close);
    kept.clear();
    bytes = 0;
  }
}
