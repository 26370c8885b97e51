package dev.myelin.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicInteger;

/// Somebody on the path who cuts every connection that begins with TLS and passes the others on.
final class TlsCutter implements AutoCloseable {
  private final ServerSocketChannel server;
  private final Endpoint target;
  private final AtomicInteger cuts = new AtomicInteger();

  static TlsCutter open(Endpoint target) throws IOException {
    return new TlsCutter(target);
  }

  private TlsCutter(Endpoint target) throws IOException {
    this.server = ServerSocketChannel.open().bind(Lab.free("127.0.0.1"));
    this.target = target;
    Thread.ofPlatform().daemon().name("cutter").start(this::acceptAll);
  }

  Endpoint endpoint() {
    return Lab.at(server.socket().getLocalPort());
  }

  int cuts() {
    return cuts.get();
  }

  private void acceptAll() {
    while (server.isOpen()) {
      try {
        SocketChannel victim = server.accept();
        Thread.ofPlatform().daemon().name("cutter-one").start(() -> pass(victim));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void pass(SocketChannel victim) {
    ByteBuffer first = ByteBuffer.allocate(4096);
    try (victim;
        SocketChannel there = RawPeer.socket(target)) {
      victim.read(first);
      if (first.get(0) == 0x16) {
        cuts.incrementAndGet();
        return;
      }
      there.write(first.flip());
      Thread back = Thread.ofPlatform().daemon().start(() -> pump(there, victim));
      pump(victim, there);
      back.join();
    } catch (IOException | InterruptedException e) {
      // One of the two left.
    }
  }

  private static void pump(SocketChannel from, SocketChannel to) {
    ByteBuffer bytes = ByteBuffer.allocate(4096);
    try (to) {
      while (from.read(bytes.clear()) >= 0) {
        bytes.flip();
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
