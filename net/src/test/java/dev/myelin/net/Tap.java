package dev.myelin.net;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/// Somebody on the path who only listens: passes one connection on and keeps what the dialler
/// sends.
final class Tap implements AutoCloseable {
  private final ServerSocketChannel server;
  private final Endpoint target;
  private final ByteArrayOutputStream seen = new ByteArrayOutputStream();

  static Tap open(Endpoint target) throws IOException {
    return new Tap(target);
  }

  private Tap(Endpoint target) throws IOException {
    this.server = ServerSocketChannel.open().bind(Lab.free("127.0.0.1"));
    this.target = target;
    Thread.ofPlatform().daemon().name("tap").start(this::run);
  }

  Endpoint endpoint() {
    return Lab.at(server.socket().getLocalPort());
  }

  /// Returns every byte that went by, one per character.
  String seen() {
    return seen.toString(StandardCharsets.ISO_8859_1);
  }

  private void run() {
    try (SocketChannel near = server.accept();
        SocketChannel far = RawPeer.socket(target)) {
      Thread back = Thread.ofPlatform().daemon().start(() -> pump(far, near));
      pump(near, far);
      back.join();
    } catch (IOException | InterruptedException e) {
      // One of the two left.
    }
  }

  private void pump(SocketChannel from, SocketChannel to) {
    ByteBuffer bytes = ByteBuffer.allocate(1 << 16);
    try (to) {
      while (from.read(bytes.clear()) >= 0) {
        seen.write(bytes.array(), 0, bytes.flip().limit());
        while (bytes.hasRemaining()) {
          to.write(bytes);
        }
      }
    } catch (IOException e) {
      // One of the two left.
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
