package dev.myelin.net;

import dev.myelin.wire.ApiKey;
import dev.myelin.wire.Credentials;
import dev.myelin.wire.Limits;
import dev.myelin.wire.Session;
import dev.myelin.wire.Trust;
import dev.myelin.wire.asoc.AsocDialect;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.UUID;

/// A peer that proves itself and then does what a test wants: it gives no sign of life, reads
/// nothing, and writes any bytes.
final class RawPeer implements AutoCloseable {
  final SocketChannel channel;
  final Session session;

  private RawPeer(SocketChannel channel, Session session) {
    this.channel = channel;
    this.session = session;
  }

  static RawPeer dial(Endpoint to) throws IOException {
    return dial(to, UUID.randomUUID(), "127.0.0.1");
  }

  /// Dials from an address of this machine and proves itself.
  static RawPeer dial(Endpoint to, UUID id, String from) throws IOException {
    SocketChannel channel = socket(to, from);
    try {
      Session session =
          AsocDialect.INSTANCE.dial(
              new DuplexSource(new SocketDuplex(channel)),
              new DuplexSink(new SocketDuplex(channel)),
              credentials(id, Lab.COMMUNITY, Duration.ofSeconds(5)),
              Limits.defaults());
      return new RawPeer(channel, session);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /// Takes a socket that somebody dialled and proves itself.
  static RawPeer accept(SocketChannel channel, UUID id) throws IOException {
    Session session =
        AsocDialect.INSTANCE.accept(
            new DuplexSource(new SocketDuplex(channel)),
            new DuplexSink(new SocketDuplex(channel)),
            credentials(id, Lab.COMMUNITY, Duration.ofSeconds(5)),
            Limits.defaults());
    return new RawPeer(channel, session);
  }

  static Credentials credentials(UUID id, String community, Duration patience) {
    Trust trust =
        new Trust() {
          @Override
          public boolean firstSeen(long greeting) {
            return true;
          }

          @Override
          public boolean allowsStock(String stock) {
            return true;
          }

          @Override
          public Duration patience() {
            return patience;
          }
        };
    return new Credentials(id, ApiKey.of(Lab.KEY), community, 0, trust, new SecureRandom());
  }

  /// Dials and leaves again until that succeeds, which takes a moment where a place must get free.
  static void visit(Endpoint to) {
    Lab.eventually(
        "welcome",
        () -> {
          try {
            dial(to).close();
            return true;
          } catch (IOException e) {
            return false;
          }
        });
  }

  static SocketChannel socket(Endpoint to) throws IOException {
    return socket(to, "127.0.0.1");
  }

  static SocketChannel socket(Endpoint to, String from) throws IOException {
    SocketChannel channel = SocketChannel.open();
    try {
      channel.bind(Lab.free(from));
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.connect(Lab.address(to));
      return channel;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  static void write(SocketChannel channel, byte... bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  /// Returns everything that comes until the other side closes, waiting at most the limit for each
  /// piece; a reset counts as a close.
  static byte[] rest(SocketChannel channel, Duration limit) throws IOException {
    channel.socket().setSoTimeout((int) limit.toMillis());
    InputStream in = channel.socket().getInputStream();
    java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
    byte[] piece = new byte[8192];
    try {
      for (int got = in.read(piece); got >= 0; got = in.read(piece)) {
        all.write(piece, 0, got);
      }
    } catch (java.net.SocketException e) {
      // A reset: nothing more comes.
    }
    return all.toByteArray();
  }

  /// Returns exactly so many bytes.
  static byte[] read(SocketChannel channel, int count) throws IOException {
    channel.socket().setSoTimeout(10_000);
    return channel.socket().getInputStream().readNBytes(count);
  }

  void write(byte... bytes) throws IOException {
    write(channel, bytes);
  }

  @Override
  public void close() throws IOException {
    channel.close();
    session.close();
  }
}
