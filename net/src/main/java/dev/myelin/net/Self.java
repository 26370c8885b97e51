package dev.myelin.net;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;

/// Tells whether an address leads back to this node.
final class Self {
  private Self() {}

  /// Returns whether a dialler of that address and port would reach the listener.
  static boolean is(Endpoint listening, InetAddress address, int port) {
    if (port != listening.port()) {
      return false;
    }
    try {
      InetAddress own = InetAddress.getByName(listening.host());
      return own.isAnyLocalAddress() ? isOurs(address) : own.equals(address);
    } catch (UnknownHostException e) {
      return false;
    }
  }

  /// Returns whether an interface of this machine has that address.
  static boolean isOurs(InetAddress address) {
    try {
      return address.isAnyLocalAddress() || NetworkInterface.getByInetAddress(address) != null;
    } catch (SocketException e) {
      return false;
    }
  }
}
