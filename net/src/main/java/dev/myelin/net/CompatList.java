package dev.myelin.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;

/// The addresses and ids of stock peers that may stay with the stock handshake.
final class CompatList {
  private final NodeConfig.Security security;

  CompatList(NodeConfig.Security security) {
    this.security = security;
  }

  /// Returns whether that peer may; `id` is empty where it is not known.
  boolean allows(InetAddress address, String id) {
    if (security.policy() == NodeConfig.Security.Policy.SECURE) {
      return false;
    }
    Set<String> entries = security.compatible();
    return entries.isEmpty() || entries.stream().anyMatch(entry -> matches(entry, address, id));
  }

  private static boolean matches(String entry, InetAddress address, String id) {
    if (!id.isEmpty() && entry.toLowerCase(Locale.ROOT).equals(id.toLowerCase(Locale.ROOT))) {
      return true;
    }
    if (isId(entry)) {
      return false; // never a name to be looked up
    }
    int slash = entry.indexOf('/');
    try {
      if (slash < 0) {
        return Arrays.asList(InetAddress.getAllByName(entry)).contains(address);
      }
      int bits = Integer.parseInt(entry.substring(slash + 1));
      return within(InetAddress.getByName(entry.substring(0, slash)), bits, address);
    } catch (UnknownHostException | NumberFormatException e) {
      return false; // an entry that means nothing here allows nobody
    }
  }

  private static boolean isId(String entry) {
    try {
      return entry.length() == 36 && UUID.fromString(entry).version() >= 0;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean within(InetAddress network, int bits, InetAddress address) {
    byte[] net = network.getAddress();
    byte[] own = address.getAddress();
    if (net.length != own.length || bits < 0 || bits > net.length * 8) {
      return false;
    }
    for (int i = 0; i < bits; i++) {
      int mask = 0x80 >> (i % 8);
      if ((net[i / 8] & mask) != (own[i / 8] & mask)) {
        return false;
      }
    }
    return true;
  }
}
