package dev.myelin.wire.zmtp;

import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.Outlet;
import dev.myelin.wire.parts.PartsInlet;
import dev.myelin.wire.parts.PartsLimits;
import dev.myelin.wire.parts.SocketRole;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;

/// What the commands of traffic mean to a side of some role, and what that side does not take.
final class ZmtpTraffic {
  /// The longest context of a PING that is answered; libzmq too cuts a longer one (RFC 37 has
  /// none).
  private static final int CONTEXT = 16;

  private static final int UNKNOWN_COMMAND = 512;

  private final PartsLimits limits;
  private final boolean publishes;
  private final boolean discards;
  private final boolean member;
  private final ZmtpSubscriptions subscriptions;

  /// @param member whether the peer has proven the key of our community, and may be a process of
  ///   this machine
  ZmtpTraffic(SocketRole role, PartsLimits limits, boolean member) {
    this.limits = limits;
    this.member = member;
    this.publishes = role == SocketRole.PUB || role == SocketRole.XPUB;
    // RFC 29, PUB: what subscribers send is dropped silently. RFC 30, PUSH: it only sends.
    this.discards = role == SocketRole.PUB || role == SocketRole.PUSH;
    this.subscriptions = new ZmtpSubscriptions(limits);
  }

  /// Returns the largest part that is taken to the heap; a subscription in a message is there.
  int heapBytes() {
    return publishes
        ? Math.max(Outlet.COPIED_BYTES, 1 + limits.subscriptionBytes())
        : Outlet.COPIED_BYTES;
  }

  /// Returns the longest command.
  int commandBytes() {
    return commandBytes(limits);
  }

  /// Returns the longest command within these limits.
  static int commandBytes(PartsLimits limits) {
    return Math.max(
        1 + ZmtpCommand.SUBSCRIBE.length() + limits.subscriptionBytes(), UNKNOWN_COMMAND);
  }

  /// Returns whether a message of one part may be a subscription.
  boolean publishes() {
    return publishes;
  }

  /// Returns whether messages of the peer are dropped.
  boolean discards() {
    return discards;
  }

  /// Takes a message of one part if it is a subscription, or not wanted; returns whether it was.
  boolean takes(byte[] body, long offset, PartsInlet inlet) throws PeerException.Malformed {
    if (publishes && body.length > 0 && (body[0] & 0xFE) == 0) {
      subscribe(body, 1, body[0] == 1, offset, inlet);
      return true;
    }
    return discards;
  }

  /// Refuses a message of one part that is a subscription by its first byte and too long for one.
  void checkLargeSubscription(byte first, long length, long offset) throws PeerException.Malformed {
    if ((first & 0xFE) == 0) {
      ZmtpSubscriptions.checkLength(length - 1, limits, offset);
    }
  }

  /// Takes a command; one that nobody knows is passed over. Returns whether the input carries only
  /// zeros behind it.
  boolean command(byte[] body, long offset, PartsInlet inlet) throws IOException {
    ZmtpCommand command = ZmtpCommand.parse(body, offset);
    switch (command.name()) {
      case ZmtpCommand.SUBSCRIBE -> subscription(body, true, offset, inlet);
      case ZmtpCommand.CANCEL -> subscription(body, false, offset, inlet);
      case ZmtpCommand.PING -> {
        long ttl = command.data().u16("ttl");
        int context = Math.min(command.data().remaining(), CONTEXT);
        inlet.ping(command.data().take(context, "context"), Duration.ofMillis(100 * ttl));
      }
      case ZmtpCommand.ERROR ->
          throw new PeerException.Refused("refused by the peer: " + command.reason());
      default -> {
        // PONG, like everything that comes, is a sign of life by itself.
        return member && near(command, inlet);
      }
    }
    return false;
  }

  private static boolean near(ZmtpCommand command, PartsInlet inlet) throws IOException {
    switch (command.name()) {
      case ZmtpNear.MEET -> inlet.near(ZmtpNear.meet(command.data()));
      case ZmtpNear.MET -> inlet.near(ZmtpNear.met(command.data()));
      case ZmtpNear.MOVE -> {
        inlet.near(ZmtpNear.move(command.data()));
        return true;
      }
      default -> {
        // Nobody knows it.
      }
    }
    return false;
  }

  private void subscription(byte[] body, boolean wanted, long offset, PartsInlet inlet)
      throws PeerException.Malformed {
    if (publishes) {
      subscribe(body, 1 + body[0], wanted, offset, inlet);
    }
  }

  private void subscribe(byte[] body, int at, boolean wanted, long offset, PartsInlet inlet)
      throws PeerException.Malformed {
    ZmtpSubscriptions.checkLength(body.length - at, limits, offset);
    byte[] prefix = Arrays.copyOfRange(body, at, body.length);
    if (wanted ? subscriptions.add(prefix, offset) : subscriptions.remove(prefix)) {
      inlet.subscription(prefix, wanted);
    }
  }
}
