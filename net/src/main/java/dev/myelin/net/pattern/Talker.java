package dev.myelin.net.pattern;

import dev.myelin.tensor.Tensor;
import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/// A socket that sends and receives freely, in no given order.
public abstract sealed class Talker extends PatternSocket implements Receiving
    permits Dealer, Pair, Bus {
  Talker(Hub hub) {
    super(hub);
  }

  /// Sends one part of bytes, which must not be changed any more; otherwise as the longest form.
  public final void send(byte[] bytes) throws IOException, InterruptedException {
    send(Parts.of(bytes));
  }

  /// Sends a text in UTF-8; otherwise as the longest form.
  public final void send(String text) throws IOException, InterruptedException {
    send(Parts.of(text));
  }

  /// Sends a message within the time that the options give; otherwise as the longest form.
  public final void send(Parts message) throws IOException, InterruptedException {
    send(message, sendLimit());
  }

  /// Sends a message, which is the socket's from now on, also if this throws.
  ///
  /// Where the pattern waits for room, at most `limit`. When this returns, the message is in the
  /// queue of a peer, not with it.
  ///
  /// @throws dev.myelin.wire.PeerException.TimedOut if no peer had room in time
  public abstract void send(Parts message, Duration limit) throws IOException, InterruptedException;

  /// Sends a tensor in the form of [TensorParts]; it stays the caller's.
  ///
  /// Waits for room as [#send(Parts)] does, and then without a bound until the bytes have left, the
  /// message was dropped, or, within the process, the receiver has closed it.
  public final void send(String name, Tensor tensor) throws IOException, InterruptedException {
    TensorParts.lend(name, tensor, this::send);
  }

  /// Takes the next message within the time that the options give; otherwise as the longer form.
  public final Parts receive() throws IOException, InterruptedException {
    return receive(receiveLimit());
  }

  /// Takes the next message, which is the caller's.
  ///
  /// Waits for one at most `limit`. An interrupt ends the wait and nothing else.
  ///
  /// @throws dev.myelin.wire.PeerException.TimedOut if none came in time
  public final Parts receive(Duration limit) throws IOException, InterruptedException {
    return intake().receive(limit).message();
  }

  /// Takes the next message if there is one.
  public final Optional<Parts> tryReceive() {
    return Intake.message(intake().tryReceive());
  }

  /// Has a thread take every message from now on.
  public final Attendant onMessage(MessageTaker<? super Parts> taker) {
    return attend(intake()::next, taker);
  }

  @Override
  public final Delivery take(Duration limit) throws IOException, InterruptedException {
    return Delivery.of(intake().receive(limit));
  }

  @Override
  public final Optional<Delivery> tryTake() {
    return Optional.ofNullable(intake().tryReceive()).map(Delivery::of);
  }

  @Override
  public final Attendant onDelivery(MessageTaker<? super Delivery> taker) {
    return attend(intake()::delivery, taker);
  }
}
