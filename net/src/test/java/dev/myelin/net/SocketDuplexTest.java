package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.testkit.LeakCheck;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// How a socket ends, while the other side has not taken what was written.
@Timeout(60)
@ExtendWith(LeakCheck.class)
class SocketDuplexTest {
  private static final int WRITTEN = 10_000;

  @Test
  void anOrderlyEndComesAfterWhatWasWritten() throws Exception {
    try (Ends ends = Ends.tcp()) {
      ends.writer.write(new ByteBuffer[] {ByteBuffer.allocate(WRITTEN)});
      ends.writer.close();
      assertThat(ends.drain()).isEqualTo(WRITTEN);
    }
  }

  @Test
  void anAbortIsAReset() throws Exception {
    try (Ends ends = Ends.tcp()) {
      ends.writer.write(new ByteBuffer[] {ByteBuffer.allocate(WRITTEN)});
      ends.writer.abort();
      assertThatThrownBy(ends::drain).isInstanceOf(IOException.class).hasMessageContaining("reset");
    }
  }

  @Test
  void anAbortOfASocketWithoutResetsEndsInOrder(@TempDir Path folder) throws Exception {
    try (Ends ends = Ends.unix(folder.resolve("socket"))) {
      ends.writer.write(new ByteBuffer[] {ByteBuffer.allocate(WRITTEN)});
      ends.writer.abort();
      assertThat(ends.drain()).isEqualTo(WRITTEN);
    }
  }

  /// Both ends of one connection.
  private record Ends(SocketDuplex writer, SocketDuplex reader) implements AutoCloseable {
    static Ends tcp() throws IOException {
      try (ServerSocketChannel server = ServerSocketChannel.open()) {
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        SocketChannel near = SocketChannel.open(server.getLocalAddress());
        return new Ends(new SocketDuplex(near), new SocketDuplex(server.accept()));
      }
    }

    static Ends unix(Path path) throws IOException {
      UnixDomainSocketAddress address = UnixDomainSocketAddress.of(path);
      try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
        server.bind(address);
        SocketChannel near = SocketChannel.open(address);
        return new Ends(new SocketDuplex(near), new SocketDuplex(server.accept()));
      }
    }

    /// Reads to the end; returns how many bytes there were.
    long drain() throws IOException {
      ByteBuffer target = ByteBuffer.allocate(4096);
      long got = 0;
      for (int some = reader.read(target); some >= 0; some = reader.read(target.clear())) {
        got += some;
      }
      return got;
    }

    @Override
    public void close() throws IOException {
      writer.close();
      reader.close();
    }
  }
}
