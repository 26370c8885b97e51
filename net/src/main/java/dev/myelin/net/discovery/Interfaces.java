package dev.myelin.net.discovery;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The network interfaces that are up now.
final class Interfaces {
  private Interfaces() {}

  /// Returns them all, loopback too.
  static List<NetworkInterface> up() throws IOException {
    List<NetworkInterface> found = new ArrayList<>();
    for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
      if (isUp(each)) {
        found.add(each);
      }
    }
    return found;
  }

  /// Returns those over which others reach a node that listens where it announces.
  static List<NetworkInterface> leadingTo(Announced self) throws IOException {
    return up().stream().filter(each -> each.inetAddresses().anyMatch(self::reachableAt)).toList();
  }

  /// Returns an address of the interface that leads to the listener.
  static Optional<InetAddress> address(
      NetworkInterface at, Class<? extends InetAddress> family, Announced self) {
    return at.inetAddresses().filter(family::isInstance).filter(self::reachableAt).findFirst();
  }

  static boolean hasIpv4(NetworkInterface at) {
    return at.inetAddresses().anyMatch(Inet4Address.class::isInstance);
  }

  static boolean hasIpv6(NetworkInterface at) {
    return at.inetAddresses().anyMatch(each -> !(each instanceof Inet4Address));
  }

  static boolean carriesMulticast(NetworkInterface at) {
    try {
      // Linux does not flag loopback, yet it carries IPv4 multicast.
      return at.supportsMulticast() || at.isLoopback();
    } catch (SocketException _) {
      return false; // It is gone.
    }
  }

  static boolean isLoopback(NetworkInterface at) {
    try {
      return at.isLoopback();
    } catch (SocketException _) {
      return false; // It is gone.
    }
  }

  private static boolean isUp(NetworkInterface at) {
    try {
      return at.isUp();
    } catch (SocketException _) {
      return false; // It is gone.
    }
  }
}
