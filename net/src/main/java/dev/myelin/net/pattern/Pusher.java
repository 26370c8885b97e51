package dev.myelin.net.pattern;

import dev.myelin.net.pipe.Pipe;
import dev.myelin.net.pipe.Plumbing;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.SocketRole;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// Hands out work: each message goes to one [Puller], in turn among those that have room (RFC 30).
///
/// What a puller had not been sent when it was lost goes to others. What was on its way to it may
/// be lost with it.
public final class Pusher implements PatternSocket {
  private final Hub hub;

  private Pusher(Plumbing plumbing, SocketOptions options) {
    this.hub = new Hub(SocketRole.PUSH, options, plumbing, new Rules());
  }

  /// Opens a socket without peers.
  public static Pusher open(Plumbing plumbing, SocketOptions options) {
    return new Pusher(plumbing, options);
  }

  /// Hands out one part of bytes, which must not be changed any more; otherwise as the longest
  /// form.
  public void push(byte[] bytes) throws IOException, InterruptedException {
    push(Parts.of(bytes));
  }

  /// Hands out a message within the time that the options give; otherwise as the longest form.
  public void push(Parts message) throws IOException, InterruptedException {
    push(message, hub.waits().send());
  }

  /// Hands out a message, which is the socket's from now on, also if this throws.
  ///
  /// Waits while no puller has room, at most `limit`. When this returns, the message is in the
  /// queue of a puller, not with it.
  ///
  /// @throws dev.myelin.wire.PeerException.TimedOut if no puller had room in time
  public void push(Parts message, Duration limit) throws IOException, InterruptedException {
    hub.sendInTurn(message, limit);
  }

  @Override
  public String bind(String endpoint) throws IOException {
    return hub.bind(endpoint);
  }

  @Override
  public void connect(String endpoint) {
    hub.connect(endpoint);
  }

  @Override
  public void unbind(String endpoint) {
    hub.unbind(endpoint);
  }

  @Override
  public void disconnect(String endpoint) {
    hub.disconnect(endpoint);
  }

  @Override
  public List<String> bound() {
    return hub.bound();
  }

  @Override
  public List<String> connected() {
    return hub.connected();
  }

  @Override
  public int peers() {
    return hub.pipes().length;
  }

  @Override
  public boolean awaitPeers(int count, Duration limit) throws InterruptedException {
    return hub.awaitPeers(count, limit);
  }

  @Override
  public SocketStats stats() {
    return hub.stats();
  }

  @Override
  public void close() {
    hub.close();
  }

  /// Another puller gets what one that left had not been sent.
  private final class Rules implements Hub.Rules {
    @Override
    public void left(Pipe pipe, List<Parts> unsent) {
      hub.sendAgain(unsent);
    }
  }
}
