package dev.myelin.net.discovery;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import org.jspecify.annotations.Nullable;

/// Opens UDP sockets, among them those on a port that several nodes of one host share.
final class SharedPort {
  private SharedPort() {}

  /// Returns a socket on the port of every address of the family, shared with whoever shares it.
  static DatagramChannel open(ProtocolFamily family, int port) throws IOException {
    DatagramChannel channel = DatagramChannel.open(family);
    try {
      channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      // Python's asyncio shares by this option alone; Windows knows only the other.
      if (channel.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT)) {
        channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
      }
      return channel.bind(new InetSocketAddress(wildcard(family), port));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /// Returns a socket to send from, on an address of ours or on any.
  static DatagramChannel sender(ProtocolFamily family, @Nullable InetAddress from)
      throws IOException {
    DatagramChannel channel = DatagramChannel.open(family);
    try {
      channel.setOption(StandardSocketOptions.SO_BROADCAST, true);
      return channel.bind(from == null ? null : new InetSocketAddress(from, 0));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static InetAddress wildcard(ProtocolFamily family) {
    return InetAddress.ofLiteral(family == StandardProtocolFamily.INET ? "0.0.0.0" : "::");
  }
}
