package dev.myelin.net.pattern;

import dev.myelin.net.pipe.Conveyor;
import dev.myelin.net.pipe.Pipe;
import dev.myelin.net.pipe.PipeOwner;
import dev.myelin.net.pipe.PipeTerms;
import dev.myelin.net.pipe.Plumbing;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.SocketRole;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// One socket as transports see it, and what all patterns are made of: endpoints, pipes, an
/// [Outflow] and an [Intake].
///
/// Within the process two hubs call each other; so none calls a pipe under one of its gates. A
/// [Fanout] does under its own lock, for which nothing asks that a pipe leads to.
final class Hub implements PipeOwner {
  /// What a pattern has to say to the comings and goings of its pipes. Called without the gate, on
  /// threads of the transport.
  interface Rules {
    /// Returns whether the peer may stay.
    default boolean welcomes(Pipe pipe) {
      return true;
    }

    /// Returns whether no further peer may stay now.
    default boolean isFull() {
      return false;
    }

    /// Returns whether peers may send anything; what they send unasked is dropped.
    default boolean hears() {
      return true;
    }

    /// Takes a pipe that is ready for use.
    default void came(Pipe pipe) {}

    /// Takes that the peer wants, or no longer wants, messages that begin so.
    default void subscribed(Pipe pipe, byte[] prefix, boolean wanted) {}

    /// Returns whether what a peer that left had not been sent goes to others; else it is dropped.
    default boolean rehouses() {
      return false;
    }

    /// Takes that a pipe ended, also one that was not welcome.
    default void left(Pipe pipe) {}
  }

  private final PipeTerms terms;
  private final Plumbing plumbing;
  private final Rules rules;
  private final Endpoints endpoints = new Endpoints();
  private final Outflow outflow = new Outflow();
  private final Intake intake;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final LongAdder failures = new LongAdder();
  private volatile @Nullable PeerFailure failure;

  Hub(SocketRole role, SocketOptions options, Plumbing plumbing, Rules rules) {
    this.terms = new PipeTerms(role, options);
    this.plumbing = plumbing;
    this.rules = rules;
    this.intake = new Intake(outflow, options.queues().bytes());
  }

  SocketRole role() {
    return terms.role();
  }

  SocketOptions options() {
    return terms.options();
  }

  SocketOptions.Waits waits() {
    return terms.options().waits();
  }

  Endpoints endpoints() {
    return endpoints;
  }

  Outflow outflow() {
    return outflow;
  }

  Intake intake() {
    return intake;
  }

  String bind(String endpoint) throws IOException {
    outflow.requireOpen();
    Plumbing.Use use = plumbing.bind(endpoint, terms, this);
    endpoints.bound(use);
    outflow.requireOpen();
    return use.endpoint();
  }

  void connect(String endpoint) {
    outflow.requireOpen();
    endpoints.connected(endpoint, plumbing.connect(endpoint, terms, this));
    outflow.requireOpen();
  }

  /// Has an action run, briefly and on threads of the transport, whenever a message came after
  /// there were none, or room, or the socket was closed.
  void listen(Runnable action) {
    listeners.add(action);
  }

  void forget(Runnable action) {
    listeners.remove(action);
  }

  // What transports tell.

  @Override
  public boolean attached(Pipe pipe) {
    Seat seat = new Seat();
    pipe.attach(seat);
    boolean welcome = !outflow.isClosed() && rules.welcomes(pipe) && outflow.add(pipe);
    if (welcome) {
      rules.came(pipe);
    }
    if (seat.gone) {
      rules.left(pipe); // it ended meanwhile, before the rules knew of it
      return false;
    }
    if (welcome) {
      outflow.roomAgain();
      tell();
    }
    return welcome;
  }

  @Override
  public boolean isFull() {
    return rules.isFull();
  }

  @Override
  public void readable(Pipe pipe) {
    intake.readable(pipe);
    if (outflow.isClosed() || !rules.hears()) {
      intake.drop();
    }
    tell();
  }

  @Override
  public void writable(Pipe pipe) {
    outflow.roomAgain();
    tell();
  }

  private void tell() {
    for (Runnable each : listeners) {
      each.run();
    }
  }

  @Override
  public void subscription(Pipe pipe, byte[] prefix, boolean wanted) {
    rules.subscribed(pipe, prefix, wanted);
  }

  @Override
  public void detached(Pipe pipe, List<Parts> unsent, IOException reason) {
    outflow.remove(pipe, unsent);
    intake.ended(pipe);
    rules.left(pipe);
    if (rules.rehouses()) {
      outflow.sendAgain(unsent);
    } else {
      unsent.forEach(outflow::drop);
    }
    tell();
  }

  @Override
  public void failed(String endpoint, IOException reason) {
    failures.increment();
    failure = PeerFailure.of(endpoint, reason);
  }

  @Nullable PeerFailure lastFailure() {
    return failure;
  }

  // The end.

  SocketStats stats() {
    int out = 0;
    int in = 0;
    for (Pipe each : outflow.pipes()) {
      out += each.queued();
      in += each.waiting();
    }
    Conveyor.Tally sent = outflow.sent();
    return new SocketStats(
        sent.messages(),
        sent.bytes(),
        intake.received(),
        intake.receivedBytes(),
        outflow.dropped(),
        out,
        in,
        failures.sum());
  }

  List<PeerStats> peerStats() {
    List<PeerStats> all = new ArrayList<>();
    for (Pipe each : outflow.pipes()) {
      long lost = Seat.of(each).dropped.sum();
      all.add(
          new PeerStats(
              each.remote(),
              each.peer().role(),
              each.queued(),
              each.waiting(),
              lost,
              each.medium()));
    }
    return all;
  }

  /// Waits for what was sent to leave, at most the linger; then ends every pipe.
  void close() {
    if (!outflow.close()) {
      return;
    }
    intake.recheck();
    tell();
    List<Plumbing.Use> uses = endpoints.end();
    Lingering.await(outflow.pipes(), waits().linger());
    uses.forEach(Plumbing.Use::close);
    for (Pipe each : outflow.pipes()) {
      each.close();
    }
    intake.drop();
    outflow.dropHomeless();
  }
}
