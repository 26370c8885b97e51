package dev.myelin.wire.zmtp;

import dev.myelin.wire.Message;
import dev.myelin.wire.parts.Outlet;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.PartsInlet;
import dev.myelin.wire.parts.PartsPeer;
import dev.myelin.wire.parts.PartsSession;
import dev.myelin.wire.parts.SocketRole;
import java.io.IOException;
import java.time.Duration;

/// One ZMTP conversation: a receiver and a sender that know nothing of each other.
final class ZmtpSession implements PartsSession {
  private final PartsPeer peer;
  private final SocketRole role;
  private final ZmtpReceiver receiver;
  private final ZmtpSender sender;
  private boolean failed;

  ZmtpSession(PartsPeer peer, SocketRole role, ZmtpReceiver receiver, ZmtpSender sender) {
    this.peer = peer;
    this.role = role;
    this.receiver = receiver;
    this.sender = sender;
  }

  @Override
  public PartsPeer peer() {
    return peer;
  }

  @Override
  public SocketRole role() {
    return role;
  }

  @Override
  public boolean receive(PartsInlet inlet) throws IOException {
    if (failed) {
      throw new IllegalStateException("receive: failed before (expected: no further call)");
    }
    failed = true; // unless it comes back from here: behind half a frame nothing makes sense
    boolean more = receiver.receive(inlet);
    failed = false;
    return more;
  }

  @Override
  public long gatheredBytes() {
    return receiver.gatheredBytes();
  }

  @Override
  public boolean isUniform() {
    return sender.isUniform();
  }

  @Override
  public boolean encodesBriefly() {
    return sender.isUniform();
  }

  @Override
  public boolean encode(Parts message, Outlet out, Runnable left) {
    return sender.message(message, out, left);
  }

  @Override
  public void encodeSubscription(byte[] prefix, boolean wanted, Outlet out) {
    sender.subscription(prefix, wanted, out);
  }

  @Override
  public void encodePing(Duration patience, Outlet out) {
    sender.ping(patience, out);
  }

  @Override
  public void encodePong(byte[] context, Outlet out) {
    sender.pong(context, out);
  }

  @Override
  public void encodeNear(Message word, Outlet out) {
    sender.near(word, out);
  }

  @Override
  public void close() {
    receiver.close();
  }
}
