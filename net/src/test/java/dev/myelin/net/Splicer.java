package dev.myelin.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;

/// Somebody on the path who, when told to, does one harm to a tensor that a dialler sends, and is
/// honest again.
final class Splicer extends Between {
  /// What becomes of the next bytes.
  enum Harm {
    /// They go into the first other connection.
    INTO_ANOTHER,
    /// They go on twice.
    TWICE,
    /// They are held back, so that those after them come in their place.
    DROPPED
  }

  /// Signs of life are smaller.
  private static final int TENSOR_BYTES = 1 << 10;

  private final List<Link> links = new CopyOnWriteArrayList<>();
  private final AtomicReference<Optional<Harm>> next = new AtomicReference<>(Optional.empty());

  static Splicer open(Endpoint target) throws IOException {
    Splicer splicer = new Splicer(target);
    splicer.begin();
    return splicer;
  }

  private Splicer(Endpoint target) throws IOException {
    super(target);
  }

  void harmNext(Harm harm) {
    next.set(Optional.of(harm));
  }

  boolean isDone() {
    return next.get().isEmpty();
  }

  @Override
  void carry(Link link, boolean fromDialler, ByteBuffer bytes) throws IOException {
    if (fromDialler && !links.contains(link)) {
      links.add(link);
    }
    boolean tensor = fromDialler && bytes.remaining() > TENSOR_BYTES;
    Optional<Harm> harm = tensor ? next.getAndSet(Optional.empty()) : Optional.empty();
    if (harm.isEmpty()) {
      super.carry(link, fromDialler, bytes);
      return;
    }
    switch (harm.get()) {
      case INTO_ANOTHER -> super.carry(other(link), true, bytes);
      case TWICE -> {
        super.carry(link, true, bytes.duplicate());
        super.carry(link, true, bytes);
      }
      case DROPPED -> {}
    }
  }

  private Link other(Link link) throws IOException {
    return links.stream()
        .filter(each -> !each.equals(link))
        .findFirst()
        .orElseThrow(() -> new IOException("connections: one (expected: another)"));
  }
}
