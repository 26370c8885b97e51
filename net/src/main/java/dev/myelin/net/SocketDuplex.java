package dev.myelin.net;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The bytes of a socket as they are: the one place that reads and writes it.
///
/// @param lookout looks for bytes before a platform thread sleeps; null sleeps at once
record SocketDuplex(SocketChannel channel, @Nullable Lookout lookout) implements Duplex {
  SocketDuplex(SocketChannel channel) {
    this(channel, null);
  }

  /// Returns the bytes of a socket, read as the profile of its links says.
  static SocketDuplex of(SocketChannel channel, NodeConfig.Links links) {
    boolean looks =
        links.profile() == NodeConfig.Profile.LATENCY
            && links.threads() == NodeConfig.Threads.PLATFORM;
    return new SocketDuplex(channel, looks ? new Lookout(System::nanoTime) : null);
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    return lookout == null
        ? channel.read(target)
        : lookout.read(this::available, () -> channel.read(target));
  }

  /// Asks through the socket's own stream, which leaves the socket blocking: once it is not, every
  /// wait of a platform thread costs two more system calls.
  private int available() throws IOException {
    return channel.socket().getInputStream().available();
  }

  /// Through the socket's own stream, the one reader in the JDK that keeps a time limit.
  @Override
  public int read(ByteBuffer target, Duration limit) throws IOException {
    channel.socket().setSoTimeout((int) Math.max(1, limit.toMillis()));
    byte[] bytes = new byte[target.remaining()];
    int got = channel.socket().getInputStream().read(bytes, 0, bytes.length);
    if (got > 0) {
      target.put(bytes, 0, got);
    }
    return got;
  }

  /// Loops: on a virtual thread a blocking write of many megabytes returns early.
  @Override
  public void write(ByteBuffer[] parts) throws IOException {
    for (int first = 0; first < parts.length; ) {
      if (!parts[first].hasRemaining()) {
        first++;
      } else if (first == parts.length - 1) {
        channel.write(parts[first]);
      } else {
        channel.write(parts, first, parts.length - first);
      }
    }
  }

  @Override
  public void endOutput() throws IOException {
    channel.shutdownOutput();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /// Resets the connection (RFC 9293, 3.10.5). An orderly end would wait behind bytes whose
  /// acknowledgements never come, and a peer that we do not hear, but who hears us, would take us
  /// for alive meanwhile.
  @Override
  public void abort() throws IOException {
    try {
      if (channel.supportedOptions().contains(StandardSocketOptions.SO_LINGER)) {
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
      }
    } finally {
      channel.close();
    }
  }
}
