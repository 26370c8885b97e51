package dev.myelin.net;

import java.io.IOException;
import java.net.InetAddress;

/// What a connection stands on: bytes both ways with their two ends, where they lead, and the
/// transport it shares.
record Link(
    MovableDuplex duplex, DuplexSource source, DuplexSink sink, Way way, Transport transport) {
  /// Where the bytes go, in which dialect, and who dialled.
  ///
  /// @param address the address behind `remote`, whose host may be a name
  record Way(Endpoint remote, InetAddress address, String dialect, boolean inbound) {}

  static Link over(Duplex duplex, Way way, Transport transport) {
    return over(new MovableDuplex(transport.worn(duplex)), way, transport);
  }

  private static Link over(MovableDuplex bytes, Way way, Transport transport) {
    return new Link(bytes, new DuplexSource(bytes), new DuplexSink(bytes), way, transport);
  }

  /// Returns the way there over another duplex, which stands on this link's.
  Link over(Duplex other) {
    return over(new MovableDuplex(other), way, transport);
  }

  /// Returns the same link, now that its dialect is known.
  Link speaking(String dialect) {
    return new Link(
        duplex,
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
      duplex.endOutput();
    } catch (IOException e) {
      close();
    }
  }

  void close() {
    try {
      duplex.close();
    } catch (IOException e) {
      // Nothing is lost: the socket is gone either way.
    }
  }

  /// Closes what leads to a peer that is given up, so that it hears of it at once if it hears us.
  void abort() {
    try {
      duplex.abort();
    } catch (IOException e) {
      // Nothing is lost: the socket is gone either way.
    }
  }
}
