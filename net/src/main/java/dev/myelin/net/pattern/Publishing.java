package dev.myelin.net.pattern;

import dev.myelin.tensor.Tensor;
import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.time.Duration;

/// A socket that sends to whoever subscribed: to every peer of which a prefix is what the first
/// part, the topic, begins with (RFC 29).
///
/// Never waits. A subscriber that has no room does not get the message, which is counted: its own
/// slowness costs others nothing. All subscribers share the memory of a message.
public abstract sealed class Publishing extends PatternSocket permits Publisher, XPublisher {
  /// What is kept for subscribers that come later: the last message of each topic.
  ///
  /// @param topics how many topics at most; 0 keeps nothing
  /// @param bytes how many bytes their messages may have together
  public record LastValues(int topics, long bytes) {
    /// Keeps nothing.
    public static final LastValues NONE = new LastValues(0, 0);

    public LastValues {
      if (topics < 0 || bytes < 0) {
        throw new IllegalArgumentException(
            "last values: %d topics, %d bytes (expected: >= 0)".formatted(topics, bytes));
      }
    }
  }

  private final Fanout fanout;

  Publishing(Fanout fanout) {
    super(fanout.hub());
    this.fanout = fanout;
  }

  /// Publishes bytes, which must not be changed any more, under a topic; otherwise as
  /// [#publish(Parts)].
  public final int publish(String topic, byte[] bytes) {
    return publish(Parts.of(topic).plus(bytes));
  }

  /// Publishes a text in UTF-8 under a topic; otherwise as [#publish(Parts)].
  public final int publish(String topic, String text) {
    return publish(Parts.of(topic, text));
  }

  /// Publishes a message whose first part is the topic; returns how many subscribers had room for
  /// it. It is the socket's from now on, also if this throws.
  public final int publish(Parts message) {
    return fanout.publish(message);
  }

  /// Publishes a tensor in the form of [TensorParts] under a topic; it stays the caller's. Returns
  /// how many subscribers had room for it.
  ///
  /// Waits, without a bound, until the bytes have left to all of them or, within the process, they
  /// have closed it.
  ///
  /// @throws IllegalStateException if last values are kept: publish a message that owns the tensor
  public final int publish(String topic, String name, Tensor tensor)
      throws IOException, InterruptedException {
    if (fanout.keepsLatest()) {
      throw new IllegalStateException(
          "publish: a tensor that is only lent cannot be kept as a last value"
              + " (expected: a message that owns it)");
    }
    int[] reached = new int[1];
    Parts message = TensorParts.of(name, tensor).behind(Parts.of(topic).bytes());
    Loan.send(message, lent -> reached[0] = publish(lent));
    return reached[0];
  }

  /// Waits until so many peers have subscribed to something, at most `limit`; returns whether they
  /// have. What is published before a subscription arrived is not for that subscriber.
  public final boolean awaitSubscribers(int count, Duration limit) throws InterruptedException {
    return fanout.awaitSubscribers(count, limit);
  }

  @Override
  public final void close() {
    super.close();
    fanout.end();
  }
}
