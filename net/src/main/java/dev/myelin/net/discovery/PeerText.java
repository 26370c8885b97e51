package dev.myelin.net.discovery;

import java.net.InetAddress;
import java.util.Locale;
import java.util.regex.Pattern;

/// What a person writes to name a peer: an address, a DNS name, or a DNS service.
sealed interface PeerText {
  /// A literal address and a port.
  record Literal(String host, int port) implements PeerText {
    @Override
    public String toString() {
      return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
  }

  /// A DNS name that stands for any number of addresses, and a port.
  record Name(String host, int port) implements PeerText {
    @Override
    public String toString() {
      return host + ":" + port;
    }
  }

  /// A DNS name with SRV records, which carry names and ports.
  record Service(String name) implements PeerText {
    @Override
    public String toString() {
      return "srv:" + name;
    }
  }

  /// What every refusal of a text ends with.
  String EXPECTED = "(expected: host:port, [v6 address]:port or srv:_service._tcp.name)";

  /// A host name as DNS and hosts files have it; underscores occur in service names.
  Pattern HOST = Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9_.-]{0,252})");

  /// Returns the meaning of a text; `asoc://` in front of it is ignored.
  ///
  /// @throws IllegalArgumentException if the text names no peer; the message says what was expected
  static PeerText parse(String text) {
    String rest = text.strip();
    if (rest.toLowerCase(Locale.ROOT).startsWith("srv:")) {
      return new Service(host(rest.substring(4), text));
    }
    int scheme = rest.indexOf("://");
    rest = scheme < 0 ? rest : rest.substring(scheme + 3);
    int colon = rest.lastIndexOf(':');
    if (colon <= 0) {
      throw new IllegalArgumentException("peer: " + text + " " + EXPECTED);
    }
    int port = port(rest.substring(colon + 1), text);
    String host = rest.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      return new Literal(literal(host.substring(1, host.length() - 1), text), port);
    }
    if (Character.isDigit(host.charAt(host.length() - 1)) && host.matches("[0-9.]+")) {
      return new Literal(literal(host, text), port);
    }
    return new Name(host(host, text), port);
  }

  private static String literal(String host, String text) {
    try {
      InetAddress.ofLiteral(host);
      return host;
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("peer: " + text + " " + EXPECTED, e);
    }
  }

  private static String host(String host, String text) {
    if (!HOST.matcher(host).matches()) {
      throw new IllegalArgumentException("peer: " + text + " " + EXPECTED);
    }
    return host;
  }

  private static int port(String digits, String text) {
    try {
      int port = Integer.parseInt(digits);
      if (port >= 1 && port <= 65_535) {
        return port;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("peer: " + text + " (expected: a port of 1..65535)", e);
    }
    throw new IllegalArgumentException("peer: " + text + " (expected: a port of 1..65535)");
  }
}
