package dev.myelin.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/// The addresses and ids of stock peers that may stay with the stock handshake.
final class CompatList {
  /// How long the addresses of a name hold: a look-up for every greeting would let strangers make
  /// us ask.
  private static final long HOLD_NANOS = Duration.ofSeconds(30).toNanos();

  private final NodeConfig.Security security;
  private final Resolver resolver;
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();

  private record Answer(List<InetAddress> addresses, long atNanos) {}

  CompatList(NodeConfig.Security security, Resolver resolver) {
    this.security = security;
    this.resolver = resolver;
  }

  /// Returns whether that peer may; `id` is empty where it is not known.
  boolean allows(InetAddress address, String id) {
    if (security.policy() == NodeConfig.Security.Policy.SECURE) {
      return false;
    }
    Set<String> entries = security.compatible();
    return entries.isEmpty() || entries.stream().anyMatch(entry -> matches(entry, address, id));
  }

  /// Returns whether a stock peer may be there: ids become known only when it speaks.
  boolean mayBeStock(InetAddress address) {
    return allows(address, "")
        || (security.policy() == NodeConfig.Security.Policy.COMPAT
            && security.compatible().stream().anyMatch(CompatList::isId));
  }

  private boolean matches(String entry, InetAddress address, String id) {
    if (!id.isEmpty() && entry.toLowerCase(Locale.ROOT).equals(id.toLowerCase(Locale.ROOT))) {
      return true;
    }
    if (isId(entry)) {
      return false; // never a name to be looked up
    }
    int slash = entry.indexOf('/');
    try {
      if (slash < 0) {
        return addresses(entry).contains(address);
      }
      int bits = Integer.parseInt(entry.substring(slash + 1));
      return within(addresses(entry.substring(0, slash)).getFirst(), bits, address);
    } catch (UnknownHostException | NumberFormatException e) {
      return false; // an entry that means nothing here allows nobody
    }
  }

  private List<InetAddress> addresses(String host) throws UnknownHostException {
    Answer known = answers.get(host);
    long now = System.nanoTime();
    if (known != null && now - known.atNanos() < HOLD_NANOS) {
      return known.addresses();
    }
    List<InetAddress> addresses = resolver.all(host);
    answers.put(host, new Answer(addresses, now));
    return addresses;
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
