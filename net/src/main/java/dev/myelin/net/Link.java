package dev.myelin.net;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.SocketChannel;

/// What a connection stands on: a socket with its two ends, where it leads, and the transport it
/// shares.
record Link(
    SocketChannel channel, ChannelSource source, ChannelSink sink, Way way, Transport transport) {
  /// Where the socket leads, in which dialect, and who dialled.
  ///
  /// @param address the address behind `remote`, whose host may be a name
  record Way(Endpoint remote, InetAddress address, String dialect, boolean inbound) {}

  static Link over(SocketChannel channel, Way way, Transport transport) {
    return new Link(channel, new ChannelSource(channel), new ChannelSink(channel), way, transport);
  }

  /// Returns the same socket, now that its dialect is known.
  Link speaking(String dialect) {
    return new Link(
        channel,
        source,
        sink,
        new Way(way.remote(), way.address(), dialect, way.inbound()),
        transport);
  }

  /// Returns the address of the other end; it stays known when the socket is closed.
  InetAddress address() {
    return way.address();
  }

  Endpoint remote() {
    return way.remote();
  }

  String threadName(String role) {
    return transport.threadName(role + "-" + way.remote().port() + "-" + way.dialect());
  }

  /// Tells the peer that nothing more comes; what it sends is still read.
  void endOutput() {
    try {
      channel.shutdownOutput();
    } catch (IOException e) {
      close();
    }
  }

  void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // Nothing is lost: the socket is gone either way.
    }
  }
}
