package dev.myelin.net.log;

import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.parts.Parts;
import io.nats.client.JetStreamSubscription;
import io.nats.client.Message;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Reads a stream of JetStream in order.
///
/// The server forgets who reads when it ends, and the library may not notice for long. So while
/// nothing comes, this looks whether something should have, and subscribes again where it stands.
final class JetStreamReader implements TopicReader {
  /// For the library, no time at all is eternity.
  private static final Duration LEAST = Duration.ofMillis(1);

  /// After so long without a message it looks whether there is one.
  private static final Duration LOOK_AFTER = Duration.ofSeconds(1);

  private final String name;
  private final Source source;
  private final TopicFilter filter;
  private final TensorPool pool;
  private JetStreamSubscription subscription;
  private long next;
  private boolean certain;
  private boolean missed;
  private @Nullable Message pending;
  private boolean closed;

  /// Where a reader stands.
  ///
  /// @param certain whether the next message should be that very one
  record Place(long next, boolean certain) {}

  /// The stream.
  interface Source {
    /// Subscribes at a place; where that is uncertain, at the start the reader was given.
    JetStreamSubscription subscribe(Place place) throws IOException;

    /// Returns the offset behind its newest message.
    long end() throws IOException;
  }

  JetStreamReader(String name, Source source, Place place, TopicFilter filter, TensorPool pool)
      throws IOException {
    this.name = name;
    this.source = source;
    this.subscription = source.subscribe(place);
    this.next = place.next();
    this.certain = place.certain();
    this.filter = filter;
    this.pool = pool;
  }

  @Override
  public @Nullable Reading next(Duration limit) throws IOException, InterruptedException {
    long start = System.nanoTime();
    while (true) {
      if (closed) {
        throw new IllegalStateException("reader: closed (expected: open)");
      }
      Message message = fetch(limit.minusNanos(System.nanoTime() - start));
      if (message == null) {
        return null;
      }
      Reading found = reading(message);
      if (found != null) {
        return found;
      }
    }
  }

  private @Nullable Message fetch(Duration limit) throws InterruptedException {
    Duration left = limit;
    while (pending == null) {
      Duration slice = left.compareTo(LOOK_AFTER) < 0 ? left : LOOK_AFTER;
      pending = subscription.nextMessage(slice.compareTo(LEAST) < 0 ? LEAST : slice);
      left = left.minus(slice);
      if (pending == null && slice.equals(LOOK_AFTER)) {
        look();
      }
      if (pending == null && left.compareTo(LEAST) < 0) {
        return null;
      }
    }
    missed = false;
    return pending;
  }

  /// Subscribes again where a message is missed for the second time in a row.
  private void look() {
    try {
      boolean due = source.end() > next;
      if (due && missed) {
        JetStreamSubscription fresh = source.subscribe(new Place(next, certain));
        leave();
        subscription = fresh;
      }
      missed = due && !missed;
    } catch (IOException e) {
      System.getLogger(JetStreamReader.class.getName())
          .log(System.Logger.Level.DEBUG, "{0} cannot be asked: {1}", name, e.getMessage());
    }
  }

  private void leave() {
    if (subscription.isActive()) {
      subscription.unsubscribe();
    }
  }

  /// Returns what a message is read as; null if it is not wanted.
  private @Nullable Reading reading(Message message) throws IOException {
    long offset = message.metaData().streamSequence() - 1;
    if (certain && offset < next) {
      pending = null; // it came to a subscription before this one
      return null;
    }
    if (certain && offset > next) {
      Reading.Lost lost = new Reading.Lost(next, offset - next, Reading.Cause.RETENTION);
      next = offset;
      return lost;
    }
    next = offset;
    certain = true;
    Parts parts = PartsPayload.decode(message.getData(), pool);
    if (parts == null) {
      throw new LogException.Corrupt(name, offset, "no message of parts");
    }
    pending = null;
    next++;
    if (filter.wants(parts.bytes(0))) {
      return new Reading.Kept(offset, message.metaData().timestamp().toInstant(), parts);
    }
    parts.close();
    return null;
  }

  @Override
  public Reading.@Nullable Lost passDamage() {
    Message message = pending;
    if (message == null || message.metaData().streamSequence() - 1 != next) {
      return null;
    }
    pending = null;
    return new Reading.Lost(next++, 1, Reading.Cause.DAMAGE);
  }

  @Override
  public long position() {
    return next;
  }

  @Override
  public void close() {
    if (!closed) {
      leave();
    }
    closed = true;
  }
}
