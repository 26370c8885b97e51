package dev.myelin.net.discovery;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The network interfaces that are up now.
final class Interfaces {
  private static final InetAddress THIS_HOST = InetAddress.ofLiteral("127.255.255.255");

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

  /// Returns where a datagram reaches everybody in the subnet of an address of the interface.
  static Optional<InetAddress> broadcast(NetworkInterface at, InterfaceAddress own) {
    if (!(own.getAddress() instanceof Inet4Address address)) {
      return Optional.empty();
    }
    if (isLoopback(at)) {
      return Optional.of(THIS_HOST);
    }
    InetAddress set = own.getBroadcast();
    if (set != null && !set.isAnyLocalAddress()) {
      return Optional.of(set);
    }
    // Containers and tunnels often have none set, yet the system knows the last address as such.
    return isPointToPoint(at) ? Optional.empty() : last(address, own.getNetworkPrefixLength());
  }

  /// Returns the last address of a subnet, which is its broadcast address if it has one.
  static Optional<InetAddress> last(Inet4Address address, int prefixBits) {
    if (prefixBits < 1 || prefixBits > 30) {
      return Optional.empty();
    }
    int bits = ByteBuffer.wrap(address.getAddress()).getInt() | (-1 >>> prefixBits);
    byte[] bytes = ByteBuffer.allocate(4).putInt(bits).array();
    try {
      return Optional.of(InetAddress.getByAddress(bytes));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes (expected: to be an IPv4 address)", e);
    }
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

  private static boolean isPointToPoint(NetworkInterface at) {
    try {
      return at.isPointToPoint();
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
