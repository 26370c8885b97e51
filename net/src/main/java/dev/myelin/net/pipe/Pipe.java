package dev.myelin.net.pipe;

import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.PartsPeer;
import org.jspecify.annotations.Nullable;

/// A link to one peer as a pattern sees it: messages both ways, each way bounded.
///
/// Any thread sends. One thread at a time polls. Nothing here waits.
public final class Pipe {
  /// The side of a pipe that a transport implements; none of these waits, but for `writeNow`.
  public interface Plug {
    /// Has what was put into the outgoing conveyor leave soon.
    void wake();

    /// Likewise, for one of many who are given the same: costs the caller less, and may take a bit
    /// longer.
    default void wakeLater() {
      wake();
    }

    /// Has it leave now, in the caller's thread, unless some thread is at it, or the caller is
    /// interrupted. Waits for the peer as long as there is patience; then the link ends.
    void writeNow();

    /// Has room be noticed: the incoming conveyor has some again.
    default void drained() {}

    /// Tells the peer which messages are wanted, or no longer.
    void subscribe(byte[] prefix, boolean wanted);

    /// Returns whether all that was put into the outgoing conveyor has left this process.
    boolean idle();

    /// Tells the peer that nothing more comes; the link ends once the peer has ended its side too.
    void finish();

    /// Returns what carries what is sent.
    String medium();

    /// Ends the link; the owner is told that it is detached.
    void close();
  }

  /// The largest message that leaves in the caller's thread: what is larger may wait long.
  private static final long AT_ONCE_BYTES = 128 << 10;

  private final PartsPeer peer;
  private final String remote;
  private final Conveyor in;
  private final Conveyor out;
  private final Plug plug;
  private volatile @Nullable Object attachment;

  /// @param remote the peer's endpoint, for people
  /// @param in what the peer sent
  /// @param out what the peer will be sent
  public Pipe(PartsPeer peer, String remote, Conveyor in, Conveyor out, Plug plug) {
    this.peer = peer;
    this.remote = remote;
    this.in = in;
    this.out = out;
    this.plug = plug;
  }

  /// Returns what the handshake told of the peer.
  public PartsPeer peer() {
    return peer;
  }

  /// Returns where the peer is, for people.
  public String remote() {
    return remote;
  }

  /// Returns what carries what is sent to it: `plain` (a socket), the protocol, suite and library
  /// of TLS, `shared memory`, or `inproc`.
  public String medium() {
    return plug.medium();
  }

  /// Puts a message into the outgoing conveyor; it belongs to the pipe if that took it.
  public Conveyor.Offer offer(Parts message) {
    Conveyor.Offer outcome = out.offer(message);
    if (outcome == Conveyor.Offer.FIRST) {
      plug.wake();
    }
    return outcome;
  }

  /// Likewise, for one of many pipes that are given the same message, as of [Plug#wakeLater].
  public Conveyor.Offer offerAmongMany(Parts message) {
    Conveyor.Offer outcome = out.offer(message);
    if (outcome == Conveyor.Offer.FIRST) {
      plug.wakeLater();
    }
    return outcome;
  }

  /// As [#offer], and has it leave in the caller's thread unless it is large. Only for a peer that
  /// should have read all that was sent before: for one that did not, this waits as long as the
  /// transport has patience, which then ends the link.
  public Conveyor.Offer offerNow(Parts message) {
    boolean small = message.totalBytes() <= AT_ONCE_BYTES;
    Conveyor.Offer outcome = out.offer(message);
    boolean taken = outcome == Conveyor.Offer.FIRST || outcome == Conveyor.Offer.TAKEN;
    if (taken && small) {
      plug.writeNow();
    } else if (outcome == Conveyor.Offer.FIRST) {
      plug.wake();
    }
    return outcome;
  }

  /// Returns whether a message would be taken now; if not, the owner is told once it would.
  public boolean hasRoom() {
    return out.hasRoom();
  }

  /// Returns, once, that there is room again after an offer was refused; for the transport.
  public boolean hasRoomAgain() {
    return out.isFedAgain();
  }

  /// Takes no further offers; for the transport.
  public void endOffers() {
    out.close();
  }

  /// Returns the next message of the peer, which is the caller's; null if there is none.
  ///
  /// Calls nobody, so that it may be called under a lock; [#drained] must follow, without it.
  public @Nullable Parts poll() {
    return in.poll();
  }

  /// Takes messages ahead, as [Conveyor#pollAhead]; otherwise as [#poll].
  public boolean pollAhead(@Nullable Parts[] into) {
    return in.pollAhead(into);
  }

  /// Has the peer go on where it waited for room.
  public void drained() {
    plug.drained();
  }

  /// Returns whether nothing of the peer waits to be polled.
  public boolean isEmpty() {
    return in.isEmpty();
  }

  /// Returns what was offered and taken since it was made.
  public Conveyor.Tally offered() {
    return out.accepted();
  }

  /// Returns how many messages wait to leave.
  public int queued() {
    return out.size();
  }

  /// Returns how many messages wait to be polled.
  public int waiting() {
    return in.size();
  }

  /// Returns whether the link has ended.
  public boolean isEnded() {
    return in.isClosed();
  }

  /// Returns whether all that was offered has left this process.
  public boolean idle() {
    return plug.idle();
  }

  /// Tells the peer which messages are wanted, or no longer.
  public void subscribe(byte[] prefix, boolean wanted) {
    plug.subscribe(prefix, wanted);
  }

  /// Tells the peer that nothing more comes; the link ends once the peer has ended its side too.
  /// Ending it at once could take back what the peer has not read yet.
  public void finish() {
    plug.finish();
  }

  /// Ends the link; twice is harmless.
  public void close() {
    plug.close();
  }

  /// Returns what the owner hung on it.
  public @Nullable Object attachment() {
    return attachment;
  }

  /// Hangs something of the owner's on it.
  public void attach(Object mine) {
    attachment = mine;
  }
}
