package dev.myelin.net.discovery;

import java.util.Objects;

/// A claim that a node listens somewhere.
///
/// @param id the node's id as text; empty where the source does not know it
/// @param host a name or an address
/// @param port the port it listens on, 1 to 65535
/// @param source the name of the [Discovery] that says so
/// @param timestamp the Unix time in seconds that the announcement carries; zero where it carries
///   none
public record Sighting(String id, String host, int port, String source, long timestamp) {
  public Sighting {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(source, "source");
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("port: " + port + " (expected: 1..65535)");
    }
  }
}
