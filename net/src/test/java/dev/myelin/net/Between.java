package dev.myelin.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/// Somebody on the path: passes every connection on to a target, and does something to it.
abstract class Between implements AutoCloseable {
  private final ServerSocketChannel server;
  private final Endpoint target;

  /// One connection that goes through.
  ///
  /// @param dialler the side that dialled us
  /// @param acceptor the side that we dialled for it
  record Link(SocketChannel dialler, SocketChannel acceptor) {}

  Between(Endpoint target) throws IOException {
    this.server = ServerSocketChannel.open().bind(Lab.free("127.0.0.1"));
    this.target = target;
  }

  /// Begins; what the fields of a subclass are for is in place by then.
  final void begin() {
    Thread.ofPlatform().daemon().name("between").start(this::acceptAll);
  }

  final Endpoint endpoint() {
    return Lab.at(server.socket().getLocalPort());
  }

  /// Returns whether a connection that begins with these bytes may go on.
  boolean mayPass(ByteBuffer first) {
    return true;
  }

  /// Passes bytes on, which came from the dialler or from the acceptor of that link.
  void carry(Link link, boolean fromDialler, ByteBuffer bytes) throws IOException {
    drain(bytes, fromDialler ? link.acceptor() : link.dialler());
  }

  static void drain(ByteBuffer bytes, SocketChannel to) throws IOException {
    while (bytes.hasRemaining()) {
      to.write(bytes);
    }
  }

  private void acceptAll() {
    while (server.isOpen()) {
      try {
        SocketChannel dialler = server.accept();
        Thread.ofPlatform().daemon().name("between-one").start(() -> pass(dialler));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void pass(SocketChannel dialler) {
    ByteBuffer first = ByteBuffer.allocate(4096);
    try (dialler;
        SocketChannel acceptor = RawPeer.socket(target)) {
      dialler.read(first);
      if (!mayPass(first.flip())) {
        return;
      }
      Link link = new Link(dialler, acceptor);
      carry(link, true, first);
      Thread back = Thread.ofPlatform().daemon().start(() -> pump(link, false));
      pump(link, true);
      back.join();
    } catch (IOException | InterruptedException e) {
      // One of the two left.
    }
  }

  private void pump(Link link, boolean fromDialler) {
    ByteBuffer bytes = ByteBuffer.allocate(1 << 16);
    SocketChannel from = fromDialler ? link.dialler() : link.acceptor();
    try (SocketChannel to = fromDialler ? link.acceptor() : link.dialler()) {
      while (to.isOpen() && from.read(bytes.clear()) >= 0) {
        carry(link, fromDialler, bytes.flip());
      }
    } catch (IOException e) {
      // One of the two left.
    }
  }

  @Override
  public final void close() throws IOException {
    server.close();
  }
}
