package dev.myelin.net;

import dev.myelin.net.NodeConfig.Encryption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/// Somebody between two nodes who ends TLS towards both, and passes every byte on in clear: what a
/// man in the middle does who holds certificates that both take.
final class Interloper implements AutoCloseable {
  private final ServerSocketChannel server;
  private final Endpoint target;
  private final Encrypter encrypter;
  private final boolean towardsTarget;
  final AtomicLong seen = new AtomicLong();

  /// @param encrypting whether TLS is also spoken towards the target, or taken away
  static Interloper open(Endpoint target, boolean encrypting) throws IOException {
    return new Interloper(target, encrypting);
  }

  private Interloper(Endpoint target, boolean encrypting) throws IOException {
    this.server = ServerSocketChannel.open().bind(Lab.free("127.0.0.1"));
    this.target = target;
    this.towardsTarget = encrypting;
    this.encrypter =
        Encrypter.open(
            new Encryption.Tls(Optional.empty(), Set.of()), Optional.empty(), TlsLibrary.JDK);
    Thread.ofPlatform().daemon().name("interloper").start(this::acceptAll);
  }

  Endpoint endpoint() {
    return Lab.at(server.socket().getLocalPort());
  }

  private void acceptAll() {
    while (server.isOpen()) {
      try {
        SocketChannel victim = server.accept();
        Thread.ofPlatform().daemon().name("interloper-one").start(() -> relay(victim));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void relay(SocketChannel victim) {
    try (victim;
        SocketChannel there = RawPeer.socket(target)) {
      Duplex up = new SocketDuplex(there);
      Duplex down = encrypter.accept(new SocketDuplex(victim), new byte[0]);
      Duplex beyond = towardsTarget ? encrypter.dial(up, target) : up;
      Thread back = Thread.ofPlatform().daemon().start(() -> pump(beyond, down));
      pump(down, beyond);
      back.join();
    } catch (IOException | InterruptedException e) {
      // One of the two left.
    }
  }

  private void pump(Duplex from, Duplex to) {
    ByteBuffer bytes = ByteBuffer.allocate(4096);
    try {
      while (from.read(bytes.clear()) >= 0) {
        seen.addAndGet(bytes.flip().remaining());
        to.write(new ByteBuffer[] {bytes});
      }
    } catch (IOException e) {
      // One of the two left.
    } finally {
      close(to);
    }
  }

  private static void close(Duplex duplex) {
    try {
      duplex.close();
    } catch (IOException e) {
      // It is gone either way.
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    encrypter.close();
  }
}
