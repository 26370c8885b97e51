package dev.myelin.net;

import dev.myelin.tensor.Tensor;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Another node: who it is, where it may be, and a connection while there is one. Safe for many
/// threads.
public interface Peer {
  /// Whether the peer can be reached.
  enum State {
    /// Known from a claim or from the configuration; no connection yet.
    KNOWN,
    /// A connection is being made.
    DIALLING,
    /// At least one connection is open.
    CONNECTED,
    /// The last connection ended. It will be dialled again if it was found or listed; one that only
    /// ever dialled us is waited for, and forgotten after a minute.
    LOST
  }

  /// What carries the bytes to a peer.
  enum Medium {
    /// A socket; see [#protection()].
    SOCKET,
    /// Memory that both processes share, on one machine.
    SHARED_MEMORY
  }

  /// Returns the id; empty while a fixed address has not told who it is.
  Optional<PeerId> id();

  /// Returns the reachability.
  State state();

  /// Returns where it may be, best first.
  List<Endpoint> endpoints();

  /// Returns how it was found: `static`, `broadcast`, `mdns`, `inbound`.
  String source();

  /// Returns whether the peer proved the extended handshake.
  boolean proven();

  /// Returns how its newest connection is kept from others: `plain`, or protocol, suite and
  /// library; empty while there is none.
  Optional<String> protection();

  /// Returns the number of open connections.
  int connections();

  /// Returns the round trip of the last probe; empty before the first, and for stock peers.
  Optional<Duration> roundTrip();

  /// Returns what carries the bytes we send; empty while there is no connection.
  Optional<Medium> medium();

  /// Returns how the last of what was sent to it was compressed: what [Compression#AUTO] has come
  /// to.
  Compression compression();

  /// Returns the bytes of tensors sent to it.
  long bytesSent();

  /// Returns the bytes of tensors received from it.
  long bytesReceived();

  /// Returns why the last attempt or connection ended; empty if none did.
  Optional<String> lastFailure();

  /// Sends a tensor and returns when its last byte has left; borrows it.
  ///
  /// Waits for the connection's turn, and as long as the peer has no room or takes nothing but
  /// lives. A peer that falls silent ends the wait within [dev.myelin.wire.Limits.Waits#silence],
  /// whether this node's own inbox is full or not; only a peer without credit (a stock node, or one
  /// before it) is not heard while this node has no room for what it sends. An interrupt while the
  /// peer has no room ends this send alone, with [java.io.InterruptedIOException] and the flag set;
  /// at any other moment it ends the connection.
  ///
  /// @throws dev.myelin.wire.PeerException.Unreachable if there is no open connection
  /// @throws dev.myelin.wire.PeerException.Closed if the connection ended meanwhile
  void send(String name, Tensor tensor) throws IOException;

  /// Sends a tensor as told and returns when its last byte has left; otherwise as the shorter form.
  /// Of the options the digest and the limit, which belong to a receipt, are not used.
  ///
  /// A deadline that passes while bytes leave is noticed between two frames. It ends the tensor,
  /// and the connection goes on.
  ///
  /// @return a receipt without the receiver's word; it says whether the tensor was dropped
  /// @throws dev.myelin.wire.PeerException.TimedOut if the deadline passed
  /// @throws dev.myelin.wire.PeerException.Overloaded if the peer has no room and that is to be
  ///   told
  Receipt send(String name, Tensor tensor, SendOptions options) throws IOException;

  /// Copies a small tensor into the output and returns; it leaves at once if the connection is
  /// idle, else together with whatever gathered behind what is being written. Tensors of one thread
  /// arrive in order.
  ///
  /// Waits only while the output's buffer is full or the receiver gives no credit; one above 16 KiB
  /// is not copied, but written before this returns. Otherwise as [#send]; but that this returned
  /// says nothing of the bytes: if they cannot leave, the connection ends, and what was posted
  /// before is lost without a word.
  ///
  /// @throws dev.myelin.wire.PeerException.Unreachable if there is no open connection
  /// @throws dev.myelin.wire.PeerException.Closed if the connection ended before or meanwhile
  void post(String name, Tensor tensor) throws IOException;

  /// Sends a tensor and returns when the receiver has it, whole and checked; borrows it.
  ///
  /// Waits as [#send], then at most `options.limit()` for the receiver's word, in all no longer
  /// than the deadline of the options. A tensor that is to be taken up again waits first for the
  /// receiver to look for what it has. As long as [Persistence#retryFor] allows, a failure that may
  /// pass is followed by another attempt, before the deadline; if only the receiver's word was
  /// lost, the receiver then gets the tensor twice. An interrupt while it waits for room or for the
  /// word ends this alone.
  ///
  /// @throws dev.myelin.wire.PeerException.Faulted if the receiver declined it or found its digest
  ///   wrong
  /// @throws dev.myelin.wire.PeerException.TimedOut if no word came in time
  Receipt deliver(String name, Tensor tensor, SendOptions options)
      throws IOException, InterruptedException;

  /// Sends a tensor, takes it over, and returns when the receiver has it: closed here or by the
  /// receiver, whatever happens, so that it must not be used after.
  ///
  /// A tensor of [Node#sharedPool] whose receiver shares memory with this node is not copied: the
  /// receiver's tensor is that very memory, which comes back to the pool once it is closed there.
  /// If the connection ends before, the memory stays the receiver's and counts in the pool no
  /// longer. Any other goes as [#deliver] sends it. Waits and throws as [#deliver].
  ///
  /// @throws IllegalArgumentException if the tensor is a view, which owns nothing
  Receipt give(String name, Tensor tensor, SendOptions options)
      throws IOException, InterruptedException;
}
