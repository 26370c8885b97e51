package dev.myelin.net;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.channels.SocketChannel;

/// A connection that ends where it begins.
///
/// Whoever dials a port of this machine again and again while nobody listens there may be given
/// that very port to dial from, and TCP then connects it to itself (RFC 9293, simultaneous open).
/// Nobody is there, and whoever wants to listen there could not.
final class SelfConnection {
  private SelfConnection() {}

  /// Requires that somebody else is at the other end.
  ///
  /// @throws ConnectException if it is this very socket
  static void refuse(SocketChannel channel) throws IOException {
    if (channel.getLocalAddress().equals(channel.getRemoteAddress())) {
      throw new ConnectException("connected to itself: nobody listens there");
    }
  }
}
