package dev.myelin.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/// Bytes both ways between two processes, before anybody reads a meaning into them: a socket, what
/// is encrypted inside one, or memory that both share.
///
/// One thread at a time reads and one writes, each waiting for the other side. Closing, from any
/// thread, ends both waits with an [IOException].
interface Duplex {
  /// Reads what there is, at least a byte, into a target that has room; returns -1 at the end.
  int read(ByteBuffer target) throws IOException;

  /// Reads likewise, but waits at most `limit`.
  ///
  /// @throws java.net.SocketTimeoutException if nothing came
  int read(ByteBuffer target, Duration limit) throws IOException;

  /// Writes every byte that remains in these buffers, in order.
  void write(ByteBuffer[] parts) throws IOException;

  /// Tells the other side that nothing more comes; what it sends can still be read.
  void endOutput() throws IOException;

  void close() throws IOException;

  /// Closes so that the other side hears of it at once, even if it takes nothing that was written
  /// before: what was not sent yet is lost.
  default void abort() throws IOException {
    close();
  }

  /// Says how the bytes are kept from others.
  default String protection() {
    return "plain";
  }

  /// Allows more memory for reading: the peer has proven itself.
  default void widen() {
    // Most read into the target alone.
  }
}
