package dev.myelin.net;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/// An address that answers no SYN: a listener that accepts nobody and whose backlog is full.
final class BlackHole implements AutoCloseable {
  private static final int MOST = 64;

  private final ServerSocketChannel server;
  private final List<SocketChannel> fillers = new ArrayList<>();

  private BlackHole(ServerSocketChannel server) {
    this.server = server;
  }

  static BlackHole open() throws IOException {
    BlackHole hole = new BlackHole(ServerSocketChannel.open().bind(Lab.free("127.0.0.1"), 1));
    hole.fill();
    return hole;
  }

  private void fill() throws IOException {
    for (int i = 0; i < MOST; i++) {
      SocketChannel filler = SocketChannel.open();
      fillers.add(filler);
      filler.configureBlocking(false);
      filler.connect(server.getLocalAddress());
      long start = System.nanoTime();
      boolean connected = filler.finishConnect();
      while (!connected && System.nanoTime() - start < 20_000_000) {
        connected = filler.finishConnect();
      }
      if (!connected) {
        return;
      }
    }
    throw new IOException("the backlog takes " + MOST + " connections (expected: 1 or 2)");
  }

  Endpoint endpoint() {
    return Lab.at(server.socket().getLocalPort());
  }

  @Override
  public void close() throws IOException {
    for (SocketChannel filler : fillers) {
      filler.close();
    }
    server.close();
  }
}
