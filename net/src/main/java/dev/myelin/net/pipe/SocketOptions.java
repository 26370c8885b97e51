package dev.myelin.net.pipe;

import dev.myelin.wire.parts.PartsLimits;
import dev.myelin.wire.parts.PartsSecurity;
import dev.myelin.wire.parts.RoutingId;
import java.time.Duration;
import java.util.Objects;

/// The options of one socket, all of them enforced.
///
/// @param queues how much may wait in each pipe
/// @param waits how long calls and peers may take
/// @param routingId what a router calls this socket; empty leaves it to the router
/// @param security how peers prove who they are
/// @param strangers whether peers of other machines may come in without a proof
/// @param limits what a peer may make this side hold
public record SocketOptions(
    Queues queues,
    Waits waits,
    RoutingId routingId,
    PartsSecurity security,
    Strangers strangers,
    PartsLimits limits) {
  public SocketOptions {
    Objects.requireNonNull(queues, "queues");
    Objects.requireNonNull(waits, "waits");
    Objects.requireNonNull(routingId, "routingId");
    Objects.requireNonNull(security, "security");
    Objects.requireNonNull(strangers, "strangers");
    Objects.requireNonNull(limits, "limits");
  }

  /// Whether peers of other machines may come in where [PartsSecurity.Open] asks for no proof.
  public enum Strangers {
    /// Only this machine may: binding to anything but loopback is refused.
    LOCAL,
    /// All may.
    ALL
  }

  /// How much may wait in each pipe.
  ///
  /// @param send how many messages to one peer (ZMQ_SNDHWM); 0 for any number
  /// @param receive how many messages of one peer (ZMQ_RCVHWM); 0 for any number
  /// @param bytes how many bytes each way; one message is always taken
  /// @param kernelSend the socket's buffer (SO_SNDBUF) in bytes; 0 leaves it to the system
  /// @param kernelReceive likewise (SO_RCVBUF)
  public record Queues(int send, int receive, long bytes, int kernelSend, int kernelReceive) {
    public Queues {
      atLeast("send", send, 0);
      atLeast("receive", receive, 0);
      atLeast("bytes", bytes, 1);
      atLeast("kernelSend", kernelSend, 0);
      atLeast("kernelReceive", kernelReceive, 0);
    }

    /// Returns 1000 messages and 256 MiB each way, and the system's buffers.
    public static Queues defaults() {
      return new Queues(1000, 1000, 256L << 20, 0, 0);
    }
  }

  /// How long calls and peers may take. A wait of [#FOREVER] has no bound.
  ///
  /// @param send a call that sends
  /// @param receive a call that receives
  /// @param linger what was sent, to leave, when the socket closes
  /// @param reconnect before the first new attempt to dial; it doubles up to 15 times that
  /// @param heartbeat between two signs of life asked of a peer that is silent; zero asks none
  /// @param patience for any sign of life before a peer that was asked is taken for dead, beside
  ///   the time that a slow link needs for what was written before; and for a peer to take what a
  ///   thread of the application writes to it, where zero is no bound
  public record Waits(
      Duration send,
      Duration receive,
      Duration linger,
      Duration reconnect,
      Duration heartbeat,
      Duration patience) {
    /// No bound.
    public static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

    public Waits {
      notNegative("send", send);
      notNegative("receive", receive);
      notNegative("linger", linger);
      notNegative("reconnect", reconnect);
      notNegative("heartbeat", heartbeat);
      notNegative("patience", patience);
    }

    /// Returns no bound for calls, 1 s of linger, 100 ms to the first redial, heartbeats every 500
    /// ms and 2.5 s of patience.
    public static Waits defaults() {
      return new Waits(
          FOREVER,
          FOREVER,
          Duration.ofSeconds(1),
          Duration.ofMillis(100),
          Duration.ofMillis(500),
          Duration.ofMillis(2500));
    }

    /// Returns a copy whose calls wait so long.
    public Waits calls(Duration sending, Duration receiving) {
      return new Waits(sending, receiving, linger, reconnect, heartbeat, patience);
    }

    /// Returns a copy that lingers so long.
    public Waits linger(Duration other) {
      return new Waits(send, receive, other, reconnect, heartbeat, patience);
    }

    /// Returns a copy that dials again after so long.
    public Waits reconnect(Duration other) {
      return new Waits(send, receive, linger, other, heartbeat, patience);
    }

    /// Returns a copy that asks for signs of life so.
    public Waits heartbeat(Duration every, Duration patient) {
      return new Waits(send, receive, linger, reconnect, every, patient);
    }
  }

  /// Returns the options of a socket that nobody configured.
  public static SocketOptions defaults() {
    return new SocketOptions(
        Queues.defaults(),
        Waits.defaults(),
        RoutingId.NONE,
        new PartsSecurity.Open(),
        Strangers.LOCAL,
        PartsLimits.defaults());
  }

  /// Returns a copy with other queues.
  public SocketOptions queues(Queues other) {
    return new SocketOptions(other, waits, routingId, security, strangers, limits);
  }

  /// Returns a copy with these high-water marks.
  public SocketOptions highWater(int send, int receive) {
    return queues(
        new Queues(send, receive, queues.bytes(), queues.kernelSend(), queues.kernelReceive()));
  }

  /// Returns a copy with other waits.
  public SocketOptions waits(Waits other) {
    return new SocketOptions(queues, other, routingId, security, strangers, limits);
  }

  /// Returns a copy with another routing id.
  public SocketOptions routingId(RoutingId other) {
    return new SocketOptions(queues, waits, other, security, strangers, limits);
  }

  /// Returns a copy whose peers prove themselves otherwise.
  public SocketOptions security(PartsSecurity other) {
    return new SocketOptions(queues, waits, routingId, other, strangers, limits);
  }

  /// Returns a copy that lets those strangers in.
  public SocketOptions strangers(Strangers other) {
    return new SocketOptions(queues, waits, routingId, security, other, limits);
  }

  /// Returns a copy with other limits.
  public SocketOptions limits(PartsLimits other) {
    return new SocketOptions(queues, waits, routingId, security, strangers, other);
  }

  private static void atLeast(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: >= " + least + ")");
    }
  }

  private static void notNegative(String name, Duration value) {
    if (value.isNegative()) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: >= 0)");
    }
  }
}
