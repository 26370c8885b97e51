package dev.myelin.net;

import dev.myelin.net.NodeConfig.Encryption;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// The two ends of an encrypted loopback connection.
record TlsPair(TlsDuplex dialler, TlsDuplex acceptor, Encrypter one, Encrypter two)
    implements AutoCloseable {
  private static final Encryption.Tls ANY = new Encryption.Tls(Optional.empty(), Set.of());

  static TlsPair open(TlsLibrary dialler, TlsLibrary acceptor) throws Exception {
    Encrypter one = Encrypter.open(ANY, Optional.empty(), dialler);
    return open(one, Encrypter.open(ANY, Optional.empty(), acceptor));
  }

  static TlsPair open(Encrypter one, Encrypter two) throws Exception {
    try (ServerSocketChannel server = ServerSocketChannel.open().bind(Lab.free("127.0.0.1"))) {
      SocketChannel near = SocketChannel.open(server.getLocalAddress());
      SocketChannel far = server.accept();
      FutureTask<TlsDuplex> accepted =
          Lab.aside(() -> closing(far, () -> two.accept(new SocketDuplex(far), new byte[0])));
      try {
        TlsDuplex dialled =
            closing(
                near,
                () -> one.dial(new SocketDuplex(near), Lab.at(server.socket().getLocalPort())));
        return new TlsPair(dialled, accepted.get(), one, two);
      } catch (ExecutionException e) {
        near.close();
        throw e;
      }
    }
  }

  /// Closes the channel if the work fails, so that the other side does not wait.
  private static <T> T closing(SocketChannel channel, java.util.concurrent.Callable<T> work)
      throws Exception {
    try {
      return work.call();
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  TlsPair widened() {
    dialler.widen();
    acceptor.widen();
    return this;
  }

  @Override
  public void close() throws IOException {
    dialler.close();
    acceptor.close();
    one.close();
    two.close();
  }
}
