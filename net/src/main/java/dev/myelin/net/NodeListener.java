package dev.myelin.net;

/// Told what happens to a node; every method returns at once. Starts are paired with ends:
///
/// ```
/// started
///   connected ─ receiving ─ (received | abandoned) ─ disconnected
///   refused
/// stopped
/// ```
public interface NodeListener {
  /// A connection to a peer is open.
  default void connected(PeerId peer, Endpoint remote, String dialect) {}

  /// A connection to a peer ended; `reason` is for people.
  default void disconnected(PeerId peer, Endpoint remote, String reason) {}

  /// A stranger was turned away, or a connection was refused.
  default void refused(Endpoint remote, String reason) {}

  /// A means of discovery does not work here; `reason` says what to do.
  default void discoveryFailed(String means, String reason) {}

  /// A described tensor begins to arrive.
  default void receiving(PeerId peer, int stream, String name, long totalBytes) {}

  /// More of it is here.
  default void progressed(PeerId peer, int stream, long bytesSoFar) {}

  /// It is here, whole and checked.
  default void received(PeerId peer, int stream, String name, long totalBytes) {}

  /// A tensor that this node sends goes on where an earlier attempt ended.
  default void resuming(PeerId peer, String name, long fromBytes, long totalBytes) {}

  /// It will not be completed.
  default void abandoned(PeerId peer, int stream, String name, String reason) {}
}
