package dev.myelin.net.pattern;

import dev.myelin.net.pipe.Pipe;
import dev.myelin.net.pipe.Plumbing;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.tensor.Tensor;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.RoutingId;
import dev.myelin.wire.parts.SocketRole;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// Knows each peer by its routing id: says whom a message is from, and sends to whom it is told
/// (RFC 28).
///
/// A peer that chose no id gets one of five bytes, a zero and four that count.
public final class Router extends PatternSocket {
  /// What becomes of a message to nobody, or to a peer without room.
  public enum Undeliverable {
    /// It is dropped and counted.
    DROP,
    /// Sending to nobody is refused, and sending to a peer without room waits
    /// (ZMQ_ROUTER_MANDATORY).
    REFUSE
  }

  /// What becomes of a second peer with the same id.
  public enum Namesake {
    /// It is turned away as long as the first is there.
    REFUSE,
    /// The first is ended, and the second takes its place (ZMQ_ROUTER_HANDOVER).
    REPLACE
  }

  /// What a router does at the edges.
  ///
  /// @param undeliverable with a message to nobody
  /// @param namesake with a second peer of the same id
  public record Manners(Undeliverable undeliverable, Namesake namesake) {
    public Manners {
      Objects.requireNonNull(undeliverable, "undeliverable");
      Objects.requireNonNull(namesake, "namesake");
    }

    /// Returns those of ZeroMQ: drop, and turn namesakes away.
    public static Manners defaults() {
      return new Manners(Undeliverable.DROP, Namesake.REFUSE);
    }
  }

  /// A message, and whom it is from.
  ///
  /// @param peer what the router calls the sender
  /// @param message the receiver's, who closes it
  public record Letter(RoutingId peer, Parts message) implements AutoCloseable {
    @Override
    public void close() {
      message.close();
    }
  }

  private final Manners manners;
  private final Roster roster;

  private Router(Plumbing plumbing, SocketOptions options, Manners manners, Roster roster) {
    super(new Hub(SocketRole.ROUTER, options, plumbing, roster));
    this.manners = manners;
    this.roster = roster;
  }

  /// Opens a socket without peers.
  public static Router open(Plumbing plumbing, SocketOptions options) {
    return open(plumbing, options, Manners.defaults());
  }

  /// Opens a socket without peers.
  public static Router open(Plumbing plumbing, SocketOptions options, Manners manners) {
    return new Router(plumbing, options, manners, new Roster(manners.namesake()));
  }

  /// Sends a message to one peer within the time that the options give; otherwise as the longer
  /// form.
  public void send(RoutingId to, Parts message) throws IOException, InterruptedException {
    send(to, message, sendLimit());
  }

  /// Sends a message to one peer. It is the socket's from now on, also if this throws.
  ///
  /// Where the manners say so, waits for room at most `limit`; otherwise never.
  ///
  /// @throws PeerException.Unreachable where the manners say so, if nobody has that id
  /// @throws PeerException.TimedOut where the manners say so, if the peer had no room in time
  public void send(RoutingId to, Parts message, Duration limit)
      throws IOException, InterruptedException {
    outflow().requireOpenFor(message);
    Pipe pipe = roster.byName.get(to);
    boolean strict = manners.undeliverable() == Undeliverable.REFUSE;
    if (pipe == null) {
      outflow().drop(message);
      if (strict) {
        throw new PeerException.Unreachable(
            "send: no peer is called " + to + " (peers: " + peers() + ")", null);
      }
    } else if (strict) {
      outflow().sendTo(pipe, message, Outflow.Manner.QUEUED, limit);
    } else {
      boolean _ = outflow().sendOrDrop(pipe, message, Outflow.Manner.QUEUED);
    }
  }

  /// Sends a tensor to one peer in the form of [TensorParts]; it stays the caller's.
  ///
  /// Waits, without a bound, until the bytes have left, the message was dropped, or, within the
  /// process, the receiver has closed it.
  public void send(RoutingId to, String name, Tensor tensor)
      throws IOException, InterruptedException {
    TensorParts.lend(name, tensor, message -> send(to, message));
  }

  /// Takes the next message within the time that the options give; otherwise as the longer form.
  public Letter receive() throws IOException, InterruptedException {
    return receive(receiveLimit());
  }

  /// Takes the next message, which is the caller's.
  ///
  /// Waits for one at most `limit`. An interrupt ends the wait and nothing else.
  ///
  /// @throws PeerException.TimedOut if none came in time
  public Letter receive(Duration limit) throws IOException, InterruptedException {
    return letter(intake().receive(limit));
  }

  /// Takes the next message if there is one.
  public Optional<Letter> tryReceive() {
    Intake.Arrival next = intake().tryReceive();
    return next == null ? Optional.empty() : Optional.of(letter(next));
  }

  /// Has a thread take every message from now on.
  public Attendant onMessage(MessageTaker<? super Letter> taker) {
    Duration forever = SocketOptions.Waits.FOREVER;
    return attend(
        stopped -> {
          Intake.Arrival next = intake().receive(Timer.of(forever), forever, stopped);
          return next == null ? null : letter(next);
        },
        taker);
  }

  private static Letter letter(Intake.Arrival arrival) {
    return new Letter(Seat.of(arrival.pipe()).name, arrival.message());
  }

  /// Returns whether a peer of that id is there now.
  public boolean knows(RoutingId peer) {
    return roster.byName.containsKey(peer);
  }

  /// Who is there, by name.
  private static final class Roster implements Hub.Rules {
    private final Map<RoutingId, Pipe> byName = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private final Namesake namesake;

    Roster(Namesake namesake) {
      this.namesake = namesake;
    }

    @Override
    public boolean welcomes(Pipe pipe) {
      RoutingId chosen = pipe.peer().routingId();
      RoutingId name = chosen.isEmpty() ? next() : chosen;
      Seat.of(pipe).name = name;
      if (namesake == Namesake.REFUSE) {
        return byName.putIfAbsent(name, pipe) == null;
      }
      Pipe before = byName.put(name, pipe);
      if (before != null) {
        before.close();
      }
      return true;
    }

    @Override
    public void left(Pipe pipe) {
      boolean _ = byName.remove(Seat.of(pipe).name, pipe);
    }

    private RoutingId next() {
      byte[] bytes = new byte[5];
      ByteBuffer.wrap(bytes).putInt(1, count.incrementAndGet());
      return RoutingId.of(bytes);
    }
  }
}
