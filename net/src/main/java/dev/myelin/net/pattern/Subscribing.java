package dev.myelin.net.pattern;

import dev.myelin.net.pipe.Plumbing;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.SocketRole;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// A socket that receives what it subscribed to, which is nothing at first (RFC 29).
///
/// A publisher sends what is wanted only, and it is looked at again here: nothing comes after
/// [#unsubscribe]. What was published before the subscription arrived does not come, unless the
/// publisher keeps last values.
public abstract sealed class Subscribing extends PatternSocket implements Receiving
    permits Subscriber, XSubscriber {
  private final Interests interests;

  Subscribing(SocketRole role, Plumbing plumbing, SocketOptions options, Interests interests) {
    super(new Hub(role, options, plumbing, interests));
    this.interests = interests;
  }

  /// Wants messages whose first part begins with a text in UTF-8; an empty one wants all.
  /// Subscriptions are counted: what was subscribed twice must be unsubscribed twice.
  public final void subscribe(String prefix) {
    subscribe(prefix.getBytes(StandardCharsets.UTF_8));
  }

  /// Wants messages whose first part begins so; otherwise as the other form.
  public final void subscribe(byte[] prefix) {
    outflow().requireOpen();
    interests.subscribe(prefix);
  }

  /// Takes back one subscription.
  ///
  /// @throws IllegalArgumentException if there is none
  public final void unsubscribe(String prefix) {
    unsubscribe(prefix.getBytes(StandardCharsets.UTF_8));
  }

  /// Takes back one subscription.
  ///
  /// @throws IllegalArgumentException if there is none
  public final void unsubscribe(byte[] prefix) {
    outflow().requireOpen();
    interests.unsubscribe(prefix);
  }

  /// Takes the next message within the time that the options give; otherwise as the longer form.
  public final Parts receive() throws IOException, InterruptedException {
    return receive(receiveLimit());
  }

  /// Takes the next message, which is the caller's; its first part is the topic.
  ///
  /// Waits for one at most `limit`. An interrupt ends the wait and nothing else.
  ///
  /// @throws dev.myelin.wire.PeerException.TimedOut if none came in time
  public final Parts receive(Duration limit) throws IOException, InterruptedException {
    return take(limit).message();
  }

  @Override
  public final Delivery take(Duration limit) throws IOException, InterruptedException {
    Timer timer = Timer.of(limit);
    while (true) {
      Intake.Arrival next = intake().receive(timer, limit);
      if (interests.wants(next.message())) {
        return Delivery.of(next);
      }
      outflow().drop(next.message());
    }
  }

  /// Takes the next message if there is one.
  public final Optional<Parts> tryReceive() {
    return tryTake().map(Delivery::message);
  }

  @Override
  public final Optional<Delivery> tryTake() {
    Intake.Arrival next;
    while ((next = intake().tryReceive()) != null) {
      if (interests.wants(next.message())) {
        return Optional.of(Delivery.of(next));
      }
      outflow().drop(next.message());
    }
    return Optional.empty();
  }

  /// Has a thread take every message from now on.
  public final Attendant onMessage(MessageTaker<? super Parts> taker) {
    return attend(
        stopped -> {
          Intake.Arrival next = next(stopped);
          return next == null ? null : next.message();
        },
        taker);
  }

  @Override
  public final Attendant onDelivery(MessageTaker<? super Delivery> taker) {
    return attend(
        stopped -> {
          Intake.Arrival next = next(stopped);
          return next == null ? null : Delivery.of(next);
        },
        taker);
  }

  private Intake.@Nullable Arrival next(BooleanSupplier stopped)
      throws IOException, InterruptedException {
    Intake.Arrival next;
    while ((next = intake().arrival(stopped)) != null && !interests.wants(next.message())) {
      outflow().drop(next.message());
    }
    return next;
  }
}
