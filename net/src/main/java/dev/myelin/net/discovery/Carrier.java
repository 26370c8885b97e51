package dev.myelin.net.discovery;

import java.io.IOException;
import java.nio.ByteBuffer;

/// A way for announcements to travel; used by one thread.
interface Carrier extends AutoCloseable {
  /// Opens what is not open, and follows the interfaces that came and went.
  ///
  /// @throws IOException if nothing can be sent this way; what fails on one interface is told as a
  ///   complaint
  void refresh() throws IOException;

  /// Sends a datagram everywhere this way leads.
  void send(ByteBuffer datagram) throws IOException;

  @Override
  void close() throws IOException;
}
