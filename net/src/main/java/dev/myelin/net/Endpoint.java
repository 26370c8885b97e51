package dev.myelin.net;

import java.util.Objects;

/// Where a node listens: host (name or literal, without brackets) and port.
public record Endpoint(String host, int port) {
  public Endpoint {
    Objects.requireNonNull(host, "host");
    if (host.isBlank()) {
      throw new IllegalArgumentException("host: blank (expected: a name or an address)");
    }
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port: " + port + " (expected: 0..65535)");
    }
  }

  /// Returns the endpoint of `host:port`, `[v6]:port` or `asoc://host:port`.
  ///
  /// @throws IllegalArgumentException if the text is none of these; the message says what was
  ///   expected
  public static Endpoint parse(String text) {
    String rest = text.strip();
    int scheme = rest.indexOf("://");
    if (scheme >= 0) {
      rest = rest.substring(scheme + 3);
    }
    int colon = rest.lastIndexOf(':');
    if (colon <= 0 || (rest.indexOf(':') != colon && !rest.startsWith("["))) {
      throw new IllegalArgumentException(
          "endpoint: " + text + " (expected: host:port or [v6 address]:port)");
    }
    String host = rest.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    try {
      return new Endpoint(host, Integer.parseInt(rest.substring(colon + 1)));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "endpoint: " + text + " (expected: a port of 0..65535)", e);
    }
  }

  /// Returns `host:port`, with brackets around an IPv6 literal.
  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
